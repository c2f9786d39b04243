-- Which messages of a thread a participant has not read and may be told of: the pushes and mails of the courier ask it.
-- PostgreSQL puts the query in place of the call, with what the caller orders and limits.

create function unread_messages(thread bigint, reader bigint, read_up_to bigint, sees_from bigint)
returns table (seq bigint, sender_id bigint, text text, sent_at timestamptz) language sql stable as $$
select m.seq, m.sender_id, m.text, m.sent_at
from messages m
where m.thread_id = thread and m.seq > read_up_to and m.seq >= sees_from and m.sender_id <> reader
  and (m.text <> '' or m.flags & 2 = 2) and coalesce(m.flags & 4, 0) = 0  -- neither deleted nor imported
$$;
