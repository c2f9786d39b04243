-- People, threads, who takes part in them, and what was said.

create table users (
    id bigint generated always as identity primary key,
    name text not null,
    name_key text not null unique,      -- the name without case: what makes it unique
    password_hash text not null,        -- Argon2id, PHC string
    created_at timestamptz not null default now()
);

create table threads (
    id bigint generated always as identity primary key,
    pair_low bigint references users,   -- of two people: the lower id and the higher, so that a pair has one thread
    pair_high bigint references users,
    last_seq bigint not null default 0, -- also the number of messages, since seq has no gaps
    last_message_at timestamptz not null default clock_timestamp(),     -- of its making, until there is a message
    unique (pair_low, pair_high),
    check (pair_low < pair_high)
);
create index threads_by_last_message on threads (last_message_at);

create table participants (
    thread_id bigint not null references threads on delete cascade,
    user_id bigint not null references users,
    read_seq bigint not null default 0, -- everything up to here was read; only ever moves forward
    sent bigint not null default 0,     -- messages of one's own in this thread
    sent_unread bigint not null default 0,      -- of these, the ones after read_seq, so that
    primary key (thread_id, user_id)    --   unread = last_seq - read_seq - sent_unread
);
create index participants_by_user on participants (user_id);

create table messages (
    thread_id bigint not null references threads on delete cascade,
    seq bigint not null,                -- 1, 2, 3 … in each thread, in the order of commits
    sender_id bigint not null references users,
    client_id uuid not null,            -- made by the sender's client: sending again stores nothing
    text text not null,
    sent_at timestamptz not null,
    primary key (thread_id, seq),
    unique (sender_id, client_id)
);
