-- execute_once: set_ages
-- Backdates the messages of a demo's thread: message n was sent `minutes[n]` minutes ago.
with aged as (
    update messages m set sent_at = now() - a.minutes * interval '1 minute'
    from unnest(%(minutes)s::bigint[]) with ordinality as a (minutes, seq)
    where m.thread_id = %(thread_id)s::bigint and m.seq = a.seq
    returning m.sent_at
)
update threads set last_message_at = (select max(sent_at) from aged) where id = %(thread_id)s::bigint;
