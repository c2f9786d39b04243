-- Changes of messages: edits, deletions, reactions and replies; and what groups need beside them. A plain message pays
-- nothing: nulls take no room in its row, and `messages` gets neither an index nor a trigger.

alter table messages
    -- squawk-ignore prefer-bigint-over-smallint
    add column flags smallint,          -- null: plain; 1: changed, has a row in changed_messages; 2: has files
    add column reply_to bigint;         -- the number of the message that this one answers; null: none

create table thread_changes (           -- a row once something in the thread has changed; written under its lock
    thread_id bigint primary key references threads on delete cascade,
    last_change bigint not null,        -- 1, 2, 3 … in each thread, in the order of commits; shared with notes
    changed_at timestamptz not null     -- of the last change
);
create index thread_changes_by_time on thread_changes (changed_at);

create table changed_messages (         -- the present state of a message, beside its text
    thread_id bigint not null references threads on delete cascade,
    seq bigint not null,
    change bigint not null,             -- its last one
    changed_at timestamptz not null,    -- of that change
    text_change bigint not null default 0,      -- the last one of its text; 0: the text is the first
    edited_at timestamptz,
    deleted_at timestamptz,
    deleted_by bigint references users, -- null: the sender
    first_digest bytea,                 -- keyed, of the first text; null: the text is the first
    primary key (thread_id, seq),
    unique (thread_id, change)
);

create table reactions (
    thread_id bigint not null references threads on delete cascade,
    seq bigint not null,
    emoji text not null,
    user_id bigint not null references users,
    change bigint not null,             -- the one that set it: the order of reactions
    primary key (thread_id, seq, emoji, user_id)
);

create table notes (                    -- what happened in a group: not messages, and never counted as such
    thread_id bigint not null references threads on delete cascade,
    change bigint not null,
    after_seq bigint not null,          -- it stands behind this message; 0: before the first
    kind text not null check (
        kind in ('created', 'titled', 'history', 'added', 'removed', 'left', 'owner', 'member')
    ),
    by_id bigint references users,      -- null: nobody of the people
    people bigint[] not null default '{}',      -- whom it is about
    value text,                         -- the title, or `all` or `joined`
    at timestamptz not null,
    primary key (thread_id, change)
);
create index notes_by_place on notes (thread_id, after_seq);

create table groups (                   -- beside `threads`, whose row every message rewrites
    thread_id bigint primary key references threads on delete cascade,
    title text,                         -- null: its people's names
    history text not null default 'all' check (history in ('all', 'joined')),   -- what a newcomer sees
    change bigint not null default 0    -- the last one of title, people, roles or history
);

alter table participants
    add column from_seq bigint not null default 1,      -- the first message that the user may see
    add column joined_change bigint,    -- of the note of joining; null: from the start
    add column is_owner boolean not null default false;
