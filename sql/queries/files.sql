-- execute_idempotent: reserve_upload
-- Reserves an id for an upload, before any of its bytes is stored under `key`. Locks the user, so that of two uploads
-- the second counts the first. One row: `reserved`, or what stands against it; `ready`: the file is there. Of an upload
-- that has given no sign for `silence` seconds the bytes are removed, and this one takes its place. No row: the user is
-- deleted, or somebody else has just reserved the id.
select id from users where id = %(user_id)s::bigint and deleted_at is null for no key update;
with judged as (
    select f.id is not null as is_there, f.key as former_key,
           case when f.user_id <> u.id then 'no_such_file'
                when f.key = %(key)s::uuid then 'reserved'
                when f.is_ready then 'ready'
                when f.touched_at > clock_timestamp() - %(silence)s::float8 * interval '1 second' then 'unavailable'
                when r.user_id = u.id then 'duplicate_id'
                when r.key is not null then 'no_such_file'
                when %(quota)s::bigint > 0 and %(bytes)s::bigint + (
                    select coalesce(sum(bytes), 0) from files where user_id = u.id and id <> %(id)s::uuid
                ) > %(quota)s::bigint then 'no_room'
                else 'reserved' end as outcome
    from users u
    left join files f on f.id = %(id)s::uuid
    left join removed_files r on r.file_id = %(id)s::uuid and r.was_sent
    where u.id = %(user_id)s::bigint and u.deleted_at is null
), replaced as (
    insert into removed_files (key, file_id, user_id, was_sent, removed_at)
    select former_key, %(id)s::uuid, %(user_id)s::bigint, false, clock_timestamp()
    from judged
    where is_there and outcome = 'reserved' and former_key <> %(key)s::uuid
), reserved as (
    insert into files as f (id, user_id, key, name, type, bytes, touched_at)
    select %(id)s::uuid, %(user_id)s::bigint, %(key)s::uuid, %(name)s::text, %(type)s::text, %(bytes)s::bigint,
           clock_timestamp()
    from judged
    where outcome = 'reserved'
    on conflict (id) do update
    set key = excluded.key, name = excluded.name, type = excluded.type, bytes = excluded.bytes,
        touched_at = excluded.touched_at
    where f.user_id = excluded.user_id and not f.is_ready
    returning id
)
select j.outcome
from judged j
where j.outcome <> 'reserved' or exists (select from reserved);

-- execute_idempotent: touch_upload
-- Shows that an upload is still under way; no row if it was cancelled, or another one has taken its place.
update files set touched_at = clock_timestamp()
where id = %(id)s::uuid and key = %(key)s::uuid
returning 1 as there;

-- execute_idempotent: finish_upload
-- The bytes are stored for good: the file may be sent. No row as above.
update files
set is_ready = true, type = %(type)s::text, bytes = %(bytes)s::bigint, width = %(width)s::int, height = %(height)s::int,
    is_animated = %(is_animated)s::boolean, has_small = %(has_small)s::boolean, touched_at = clock_timestamp()
where id = %(id)s::uuid and key = %(key)s::uuid
returning 1 as there;

-- execute_idempotent: abandon_upload
delete from files where id = %(id)s::uuid and key = %(key)s::uuid and not is_ready;

-- execute_idempotent: discard_file
-- Removes a file that its uploader has not sent, and returns its key. No row: it is not there, is sent, or is somebody
-- else's.
delete from files where id = %(id)s::uuid and user_id = %(user_id)s::bigint and thread_id is null
returning key::text;

-- query: is_used_file
-- Whether an id is a file's, or was that of a sent one.
select exists (select from files where id = %(id)s::uuid)
       or exists (select from removed_files where file_id = %(id)s::uuid and was_sent) as is_used;

-- query: uploaded_file
-- A file that a user has uploaded to its end.
select id::text, name, type, bytes, width, height, is_animated as animated
from files
where id = %(id)s::uuid and user_id = %(user_id)s::bigint and is_ready;

-- query: file_for
-- A file that a user may see: as a participant who may see its message, or as its uploader until it is sent.
select f.key::text, f.name, f.width is not null as is_picture, f.type, f.bytes, f.has_small
from files f
left join participants p on p.thread_id = f.thread_id and p.user_id = %(user_id)s::bigint
where f.id = %(id)s::uuid and f.is_ready
  and case when f.thread_id is null then f.user_id = %(user_id)s::bigint else f.seq >= p.from_seq end;

-- query: files_of_places
-- The files of messages that a query has found for their reader, in the order in which they were sent.
select f.thread_id, f.seq, f.id::text, f.name, f.type, f.bytes, f.width, f.height, f.is_animated as animated
from unnest(%(thread_ids)s::bigint[], %(seqs)s::bigint[]) as asked (thread_id, seq)
join files f on f.thread_id = asked.thread_id and f.seq = asked.seq
order by f.thread_id, f.seq, f.place;

-- query: files_of_user
-- The files that a user has uploaded and may still see, with ids after a given one.
select f.id::text, f.key::text, f.name, f.width is not null as is_picture
from files f
left join participants p on p.thread_id = f.thread_id and p.user_id = f.user_id
where f.user_id = %(user_id)s::bigint and f.is_ready and f.id > %(after)s::uuid
  and (f.thread_id is null or f.seq >= p.from_seq)
order by f.id
limit %(number)s::bigint;

-- execute_idempotent: remove_unsent_files
-- Removes files that were not sent within `seconds`, but none that is being sent right now.
delete from files where id in (
    select id from files
    where thread_id is null and touched_at < clock_timestamp() - %(seconds)s::float8 * interval '1 second'
    order by touched_at
    limit 100
    for update skip locked
);

-- query: bytes_to_remove
-- The keys of removed files whose bytes are still there: `sent_wait` seconds after a message was deleted, so that a
-- backup of the database and the later one of the files fit together; else `wait` seconds.
select key::text from removed_files
where emptied_at is null
  and removed_at < clock_timestamp() - interval '1 second'
      * case when was_sent then %(sent_wait)s::float8 else %(wait)s::float8 end
order by removed_at
limit 100;

-- execute_idempotent: note_removed_bytes
-- Of a sent file the id stays used.
with forgotten as (
    delete from removed_files where key = any(%(keys)s::uuid[]) and not was_sent
)
update removed_files set emptied_at = clock_timestamp() where key = any(%(keys)s::uuid[]) and was_sent;
