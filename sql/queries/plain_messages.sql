-- execute_idempotent: store_message
-- Stores one plain message: without files, and no answer to another one. Under the same lock, with the same numbers and
-- the same row as `store_messages`, in less time. No row: the message is a repeat, or is refused; `store_messages` says
-- which.
select id from threads where id = %(thread_id)s::bigint for no key update;
with fresh as (
    select t.id as thread_id, t.last_seq + 1 as seq, p.user_id, (p.read_seq = t.last_seq)::int as led,
           %(text)s::text as text, clock_timestamp() as now, s.name, s.full_name
    from threads t
    join participants p on p.thread_id = t.id and p.user_id = %(sender_id)s::bigint
    join users s on s.id = p.user_id and s.disabled_at is null and s.deleted_at is null
    left join users other on other.id = case s.id when t.pair_low then t.pair_high else t.pair_low end
    where t.id = %(thread_id)s::bigint and other.deleted_at is null
      and not exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = s.id)
      and not exists (select from messages m where m.sender_id = s.id and m.client_id = %(client_id)s::uuid)
      and not exists (select from group_creations g where g.user_id = s.id and g.client_id = %(client_id)s::uuid)
), stored as (
    insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
    select thread_id, seq, user_id, %(client_id)s, text, now from fresh
), numbered as (
    update threads t set last_seq = f.seq, last_message_at = f.now from fresh f where t.id = f.thread_id
), counted as (
    update participants p
    set sent = p.sent + 1, read_seq = p.read_seq + f.led, sent_unread = p.sent_unread + 1 - f.led
    from fresh f
    where p.thread_id = f.thread_id and p.user_id = f.user_id
)
select 1::bigint as place, f.thread_id, f.seq, f.now as sent_at, f.text, null::bigint as change,
       null::bytea as first_digest, null::bigint as reply_to, null as code, f.name as sender_name,
       f.full_name as sender_full_name, false as is_repeat, null::json as files,
       (select array_agg(o.user_id) from participants o where o.thread_id = f.thread_id) as recipients
from fresh f;
