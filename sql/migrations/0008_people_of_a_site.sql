-- People of another site: who they are there, and what the site says of them. An account without a password has the
-- hash '!', as before.

alter table users add column full_name text;    -- shown beside the name; null: none

create table identities (
    issuer text not null,
    subject text not null,              -- the person's id at the issuer
    user_id bigint unique references users,     -- null: nobody any more, or not yet; kept for `ended_at`
    told_name text,                     -- what the site said last; a different one renames the user
    email text,                         -- as far as the site has verified it
    language text,                      -- until the user chooses one
    version bigint not null default 0,  -- counts the changes of this row: none is based on an outdated state
    ended_at timestamptz,               -- the last end of all sessions: tokens from before that second are refused
    primary key (issuer, subject)
);
create index identities_of_nobody on identities (ended_at) where user_id is null;

create table full_name_words (          -- the words of full names by which users are found, without case
    word text collate "C" not null,
    user_id bigint not null references users,
    primary key (word, user_id)
);
create index full_name_words_by_user on full_name_words (user_id);

alter table former_names add column user_id bigint;     -- who gave it up and may take it again; null: somebody deleted
