-- A mail when nothing else helped: addresses that their owners have confirmed, and what is to be sent to them.
-- squawk-ignore-file ban-drop-not-null, ban-drop-default, adding-field-with-default

alter table notification_choices
    alter column preview drop not null,                 -- null: pushes show names and texts, mails names only
    alter column preview drop default,
    add column digest boolean not null default true,    -- whether a mail may come at all
    add column language text,                           -- of mails; null: that of the site's token, or the default
    add column email text,                              -- confirmed; null: the address that the site knows, or none
    add column refused_email text,                      -- the address that the mail server has refused for good
    add column off_token uuid not null default gen_random_uuid();   -- in the link of each mail that ends them
-- squawk-ignore require-concurrent-index-creation
create unique index notification_choices_by_off_token on notification_choices (off_token);

create table confirmations (            -- addresses that somebody has asked to be confirmed, for a day
    id bigint generated always as identity primary key,
    user_id bigint not null references users,
    email text not null,
    language text not null,
    asked_at timestamptz not null default now(),
    token_hash text unique,             -- SHA-256 of what the mail holds: the courier makes it
    due_at timestamptz default now(),   -- when to send it; null: sent, or given up
    tries bigint not null default 0
);
create index confirmations_by_user on confirmations (user_id);
-- squawk-ignore require-concurrent-index-creation
create index confirmations_due on confirmations (due_at) where due_at is not null;

create table digests (                  -- a row once somebody with an address has something unread
    user_id bigint primary key references users,
    due_at timestamptz,                 -- when to look whether a mail is to be sent, or again after a failure
    tries bigint not null default 0,
    mailed_at timestamptz,              -- of the last one; no other goes out until the user has read something:
    mailed_reads numeric                --   the sum of the read markers then
);
-- squawk-ignore require-concurrent-index-creation
create index digests_due on digests (due_at) where due_at is not null;
