-- The API for programs of the site: its keys, and the names that a program gives to its groups.

create table api_keys (
    name text primary key,
    key_hash text not null unique,      -- SHA-256: who reads this table can use no key
    scopes text[] not null,             -- of `write`, `read`, `admin`
    made_at timestamptz not null default now(),
    used_at timestamptz                 -- the hour of the last use; null: not used yet
);

alter table groups
    add column key text;                -- what a program calls its group; null: people or the terminal made it
-- squawk-ignore require-concurrent-index-creation
create unique index groups_by_key on groups (key) where key is not null;
