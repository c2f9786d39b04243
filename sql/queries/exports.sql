-- execute_once: request_export
-- Requests an export in place of an older one; no row while one is waiting or running, or for a deleted user. Locks the
-- user's row, so that no export starts during `delete_user`.
delete from exports
where user_id = %(user_id)s
  and (state in ('ready', 'failed') or state = 'running' and changed_at < now() - %(silence)s * interval '1 second');
insert into exports (user_id, state, language)
select id, 'waiting', %(language)s::text from users where id = %(user_id)s and deleted_at is null for share
on conflict (user_id) do nothing
returning id;

-- query: export_of
-- A user's export; it counts as failed if its process has not reported for `silence` seconds.
select id,
       case when state = 'running' and changed_at < now() - %(silence)s * interval '1 second' then 'failed'
            else state end as state,
       done, total, size, changed_at
from exports where user_id = %(user_id)s;

-- execute_once: claim_export
-- Assigns the longest-waiting export to the calling process.
update exports e set state = 'running', done = 0, total = 0, changed_at = clock_timestamp()
from users u
where e.id = (select id from exports where state = 'waiting' order by changed_at limit 1 for update skip locked)
  and u.id = e.user_id
returning e.id, e.language, u.id as user_id, u.name as user_name, u.full_name as user_full_name;

-- execute_idempotent: report_export
-- Stores the progress; no row if the export was cancelled.
update exports set done = %(done)s, total = %(total)s, changed_at = clock_timestamp()
where id = %(export_id)s and state = 'running'
returning id;

-- execute_idempotent: store_export_part
-- Idempotent; no row if the export was cancelled.
insert into export_parts (export_id, part, content)
select id, %(part)s::bigint, %(content)s::bytea from exports where id = %(export_id)s and state = 'running'
on conflict (export_id, part) do update set content = excluded.content
returning part;

-- execute_idempotent: end_export
-- Sets the final state, or `waiting` for another process to take over.
delete from export_parts where export_id = %(export_id)s and %(state)s::text <> 'ready';
update exports
set state = %(state)s::text, size = %(size)s::bigint, changed_at = clock_timestamp(),
    done = case when %(state)s::text = 'ready' then total else done end
where id = %(export_id)s and state = 'running'
returning id;

-- query: export_part
select content from export_parts where export_id = %(export_id)s and part = %(part)s;

-- execute_idempotent: remove_old_exports
-- Removes expired exports, and running ones of dead processes.
delete from exports
where state in ('ready', 'failed', 'running') and changed_at < now() - %(seconds)s * interval '1 second';
