-- What whoever follows all threads looks through.

-- query: threads_moved_since
-- The threads in which something was sent or changed since a moment of the database's clock.
select id from threads where last_message_at > %(since)s::timestamptz
union
select thread_id from thread_changes where changed_at > %(since)s::timestamptz;

-- query: threads_by_id
select id from threads where id > %(after)s::bigint order by id limit %(number)s::bigint;
