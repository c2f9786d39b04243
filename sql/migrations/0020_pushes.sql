-- What was pushed, and what is to be: the courier's positions, a row once a thread has something for a browser.

create table pushes (
    subscription_id bigint not null references push_subscriptions on delete cascade,
    thread_id bigint not null references threads on delete cascade,
    seq bigint not null default 0,      -- the newest message that was pushed
    sent_at timestamptz,                -- when
    due_at timestamptz,                 -- when to push what came since; null: nothing
    claim uuid,                         -- of the courier that is pushing, until
    claimed_until timestamptz,          --   this time: then it has died
    primary key (subscription_id, thread_id)
);
-- squawk-ignore require-concurrent-index-creation
create index pushes_by_thread on pushes (thread_id);
-- squawk-ignore require-concurrent-index-creation
create index pushes_due on pushes (due_at) where due_at is not null;
