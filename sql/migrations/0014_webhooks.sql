-- Webhooks follow all threads: no row per message, a position per thread in which something was sent.

create table webhooks (
    id bigint generated always as identity primary key,
    url text not null,
    events text[] not null,             -- of `message`, `changed`, `note`
    with_texts boolean not null,
    secret text not null,               -- as its receiver has it: signing needs it
    former_secret text,                 -- signs too, until `former_until`
    former_until timestamptz,
    made_at timestamptz not null default clock_timestamp(),     -- it begins with what comes after
    accepted_at timestamptz,            -- the last time that an event was accepted, to ten seconds
    failing_since timestamptz,          -- the first failure since then; null: none
    failed_at timestamptz,              -- the last failure
    failure text,
    off_at timestamptz                  -- null: on
);

create table webhook_positions (
    thread_id bigint not null references threads on delete cascade,
    webhook_id bigint not null references webhooks on delete cascade,
    seq bigint not null,                -- up to this message, all is sent, or from before
    change bigint not null,             -- and up to this change
    due_at timestamptz,                 -- null: nothing to send; in the future: claimed, or to be tried again
    claim uuid,                         -- of a courier that sends, until `due_at`
    event text,                         -- the one that was not accepted
    tries bigint not null default 0,    -- of that event
    first_tried_at timestamptz,
    primary key (thread_id, webhook_id)
);
-- squawk-ignore require-concurrent-index-creation
create index webhook_positions_due on webhook_positions (webhook_id, due_at) where due_at is not null;

create table webhook_drops (            -- events that were given up
    webhook_id bigint not null references webhooks on delete cascade,
    event text not null,
    first_tried_at timestamptz not null,
    dropped_at timestamptz not null,
    failure text not null
);
-- squawk-ignore require-concurrent-index-creation
create index webhook_drops_by_time on webhook_drops (webhook_id, dropped_at);
