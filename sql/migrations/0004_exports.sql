-- What people take away of their data: made in the background, kept for a while.

create table exports (
    id bigint generated always as identity primary key,     -- new each time: a job for an older one finds no row
    user_id bigint not null unique references users,
    state text not null check (state in ('waiting', 'running', 'ready', 'failed')),
    language text not null,             -- of the person when they asked
    done bigint not null default 0,     -- messages
    total bigint not null default 0,
    size bigint not null default 0,     -- bytes of the zip
    changed_at timestamptz not null default clock_timestamp()   -- asked for, still being made, made or failed
);
create index exports_by_state on exports (state, changed_at);

create table export_parts (
    export_id bigint not null references exports on delete cascade,
    part bigint not null,               -- 0, 1, 2 …
    content bytea not null,
    primary key (export_id, part)
);
alter table export_parts alter column content set storage external;     -- a zip gets no smaller
