-- Pictures and files. A row is there before its bytes, and its removal is noted with it, so that none are forgotten.
-- `messages` has had a flag for files since its changes came.

create table files (                    -- the files that can still be sent or seen
    id uuid primary key,                -- chosen by the client
    user_id bigint not null references users,   -- who uploaded it, and alone may send it
    key uuid not null unique,           -- where its bytes are: another one for each attempt to upload them
    thread_id bigint references threads on delete cascade,      -- with seq, its message; null: not sent yet
    seq bigint,
    -- squawk-ignore prefer-bigint-over-smallint
    place smallint,                     -- among the files of the message, from 1
    is_ready boolean not null default false,    -- uploaded to its end
    name text not null,
    type text not null,
    bytes bigint not null,              -- until it is ready: as many as were announced
    -- squawk-ignore prefer-bigint-over-int
    width int,                          -- of pictures; null for all else, as the next two
    -- squawk-ignore prefer-bigint-over-int
    height int,
    is_animated boolean,
    has_small boolean not null default false,   -- a smaller picture is stored beside it
    touched_at timestamptz not null     -- of the last sign of the upload
);
create index files_by_message on files (thread_id, seq);
create index files_by_user on files (user_id);
create index files_not_sent on files (touched_at) where thread_id is null;

create table removed_files (            -- what is left of the others: bytes to remove, and ids that were used
    key uuid primary key,
    file_id uuid not null,
    user_id bigint not null,
    was_sent boolean not null,          -- the id stays used
    removed_at timestamptz not null,
    emptied_at timestamptz              -- the bytes are removed; null: not yet
);
create index removed_files_by_id on removed_files (file_id) where was_sent;
create index removed_files_to_empty on removed_files (removed_at) where emptied_at is null;

create function note_removed_file() returns trigger language plpgsql as $$
begin
    insert into removed_files (key, file_id, user_id, was_sent, removed_at)
    values (old.key, old.id, old.user_id, old.thread_id is not null, clock_timestamp());
    return null;
end
$$;
create trigger files_removed after delete on files for each row execute function note_removed_file();

create table file_places (              -- one row: the storage of this database, by the id that is written there
    is_only boolean primary key default true check (is_only),
    id uuid not null
);
