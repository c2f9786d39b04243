-- What people decide about their accounts, and what is decided about them.

alter table users
    add column is_admin boolean not null default false,
    add column disabled_at timestamptz,                     -- cannot sign in
    add column deleted_at timestamptz,                      -- has no name and no password any more
    add column shows_online boolean not null default true,  -- to the people one talks with
    add column shows_seen boolean not null default true;

create table blocks (
    blocker_id bigint not null references users,
    blocked_id bigint not null references users,
    blocked_at timestamptz not null default now(),
    primary key (blocker_id, blocked_id),
    check (blocker_id <> blocked_id)
);
create index blocks_by_blocked on blocks (blocked_id);

create table former_names (             -- of deleted people: nobody takes one before its time
    name_key text primary key,
    free_at timestamptz not null
);

create table password_resets (          -- links that set a password, once
    user_id bigint primary key references users,
    token_hash text not null unique,    -- SHA-256: who reads this table can use no link
    ends_at timestamptz not null
);
