-- execute_idempotent: store_messages
-- Stores a batch in one round trip and one transaction. Two statements, since a statement's snapshot is older than the
-- locks it takes: the first locks the threads, in the order of their ids, so that batches cannot deadlock; the second
-- sees everything committed before it got the locks. `known` are repeats: their rows tell what was stored, even to a
-- participant removed since, whose message would otherwise look unsent forever, and what recognizes their first text.
-- Nothing is stored, and no row returned, if the sender is not a participant. Nothing is stored if the message answers
-- one that the sender cannot see, or if the other user of a one-to-one thread has blocked the sender or deleted the
-- account, under the same locks: then the row has a code and no number.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
with batch as (
    select * from unnest(%(thread_ids)s::bigint[], %(sender_ids)s::bigint[], %(client_ids)s::uuid[], %(texts)s::text[],
                         %(replies)s::bigint[])
        with ordinality as b (thread_id, sender_id, client_id, text, reply_to, place)
), known as (
    select b.place, m.*, c.change, c.first_digest
    from batch b
    join messages m on m.sender_id = b.sender_id and m.client_id = b.client_id
    left join changed_messages c on c.thread_id = m.thread_id and c.seq = m.seq
), fresh as (
    select b.*, t.last_seq + row_number() over (partition by b.thread_id order by b.place) as seq,
           clock_timestamp() as sent_at
    from batch b
    join participants p on p.thread_id = b.thread_id and p.user_id = b.sender_id
    join threads t on t.id = b.thread_id
    join users s on s.id = b.sender_id and s.disabled_at is null and s.deleted_at is null
    left join users other on other.id = case b.sender_id when t.pair_low then t.pair_high else t.pair_low end
    where not exists (select from known k where k.place = b.place)
      and (b.reply_to is null or b.reply_to between p.from_seq and t.last_seq)
      and other.deleted_at is null
      and not exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = b.sender_id)
), stored as (
    insert into messages (thread_id, seq, sender_id, client_id, text, sent_at, reply_to)
    select thread_id, seq, sender_id, client_id, text, sent_at, reply_to from fresh
), numbered as (
    update threads t set last_seq = f.last_seq, last_message_at = clock_timestamp()
    from (select thread_id, max(seq) as last_seq from fresh group by thread_id) f
    where t.id = f.thread_id
), counted as (
    -- Sending moves the sender's read marker only if it is at seq - 1: past the run of own messages that starts there.
    update participants p
    set sent = p.sent + f.sent,
        read_seq = case when f.follows then f.run_end else p.read_seq end,
        sent_unread = p.sent_unread + f.sent - case when f.follows then f.run_length else 0 end
    from (
        select r.thread_id, r.sender_id, sum(r.length) as sent, bool_or(r.first_seq = q.read_seq + 1) as follows,
               max(r.last_seq) filter (where r.first_seq = q.read_seq + 1) as run_end,
               coalesce(max(r.length) filter (where r.first_seq = q.read_seq + 1), 0) as run_length
        from (
            select thread_id, sender_id, count(*) as length, min(seq) as first_seq, max(seq) as last_seq
            from (
                select f.*, f.seq - row_number() over (partition by thread_id, sender_id order by seq) as run
                from fresh f
            ) f
            group by thread_id, sender_id, run
        ) r
        join participants q on q.thread_id = r.thread_id and q.user_id = r.sender_id
        group by r.thread_id, r.sender_id
    ) f
    where p.thread_id = f.thread_id and p.user_id = f.sender_id
), answered as (
    select place, thread_id, seq, sent_at, text, null::bigint as change, null::bytea as first_digest, reply_to,
           null as code
    from fresh
    union all
    select place, thread_id, seq, sent_at, text, change, first_digest, reply_to, null from known
    union all
    select b.place, b.thread_id, null, null, b.text, null, null, null,
           case when b.reply_to not between p.from_seq and t.last_seq then 'no_such_message'
                else 'accepts_no_messages' end
    from batch b
    join participants p on p.thread_id = b.thread_id and p.user_id = b.sender_id
    join threads t on t.id = b.thread_id
    where not exists (select from fresh f where f.place = b.place)
      and not exists (select from known k where k.place = b.place)
)
select a.place, a.thread_id, a.seq, a.sent_at, a.text, a.change, a.first_digest, a.reply_to, a.code,
       u.name as sender_name,
       -- The recipients, only in the first row of each thread.
       case when row_number() over (partition by a.thread_id order by a.place) = 1
            then (select array_agg(user_id) from participants p where p.thread_id = a.thread_id) end as recipients
from answered a
join batch b using (place)
join users u on u.id = b.sender_id
order by a.place;

-- query: messages_after
-- The messages that a participant missed: those after a number that they may see, oldest first, each with the thread's
-- last number. One row without a message means that none was missed; no row, that the user is not a participant. Since
-- numbers have no gaps, a range of numbers limits the messages: even a plan that sorts reads no more than requested.
select t.last_seq, m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name, m.text, m.sent_at, m.flags,
       m.reply_to
from threads t
join participants p on p.thread_id = t.id and p.user_id = %(user_id)s
left join messages m on m.thread_id = t.id and m.seq > greatest(%(after)s, p.from_seq - 1)
    and m.seq <= greatest(%(after)s, p.from_seq - 1) + %(number)s::bigint
left join users u on u.id = m.sender_id
where t.id = %(thread_id)s
order by m.seq;

-- query: messages_before
-- A page of a participant's history, newest first.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name, m.text, m.sent_at, m.flags, m.reply_to
from participants p
join messages m on m.thread_id = p.thread_id and m.seq < %(before)s and m.seq >= p.from_seq
join users u on u.id = m.sender_id
where p.thread_id = %(thread_id)s and p.user_id = %(user_id)s
order by m.seq desc
limit %(number)s;

-- query: messages_at
-- The messages with these numbers that a participant may see: the originals of replies.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name, m.text, m.sent_at, m.flags, m.reply_to
from participants p
join unnest(%(seqs)s::bigint[]) as asked (seq) on asked.seq >= p.from_seq
join messages m on m.thread_id = p.thread_id and m.seq = asked.seq
join users u on u.id = m.sender_id
where p.thread_id = %(thread_id)s and p.user_id = %(user_id)s;

-- query: first_since
-- The number of the first message at or after a moment, for a participant; no row if there is none. A binary search,
-- since numbers have no gaps and times rise with them: the number is between `low` and `high`.
with recursive search (low, high) as (
    select p.from_seq, t.last_seq + 1
    from threads t
    join participants p on p.thread_id = t.id and p.user_id = %(user_id)s
    where t.id = %(thread_id)s
    union all
    select case when m.sent_at < %(moment)s::timestamptz then m.seq + 1 else s.low end,
           case when m.sent_at < %(moment)s::timestamptz then s.high else m.seq end
    from search s
    cross join lateral (
        select seq, sent_at from messages where thread_id = %(thread_id)s and seq = (s.low + s.high) / 2
        limit 1  -- makes any plan use the index on both, whatever the table's size
    ) m
    where s.low < s.high
)
select s.low
from search s
join messages m on m.thread_id = %(thread_id)s and m.seq = s.low
where s.low = s.high;

-- execute_idempotent: mark_read
-- Moves read markers forward, never beyond the last message. Locks the threads, since sending changes the same rows.
-- Returns a row for each marker of a participant: its new number, the unread count, and the last message and change as
-- of which it counts (nulls if it did not move), and the users who may see it, including its owner.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
with batch as (
    select * from unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[], %(seqs)s::bigint[])
        with ordinality as b (thread_id, user_id, seq, place)
), moved as (
    update participants p
    set read_seq = least(b.seq, t.last_seq),
        sent_unread = (select count(*) from messages m
                       where m.thread_id = t.id and m.seq > least(b.seq, t.last_seq)
                         and (m.sender_id = p.user_id or m.text = '' and coalesce(m.flags & 2, 0) = 0))
    from batch b
    join threads t on t.id = b.thread_id
    where p.thread_id = b.thread_id and p.user_id = b.user_id and p.read_seq < least(b.seq, t.last_seq)
    returning b.place, p.thread_id, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread, t.last_seq
)
select b.place, m.read_seq, m.unread, m.last_seq, coalesce(n.last_change, 0) as last_change,
       (select array_agg(o.user_id) from participants o
        where o.thread_id = m.thread_id
          and (o.user_id = b.user_id
               or u.shows_seen
               and not exists (select from blocks k where k.blocker_id = b.user_id and k.blocked_id = o.user_id))
       ) as people
from batch b
join participants p on p.thread_id = b.thread_id and p.user_id = b.user_id
join users u on u.id = b.user_id
left join moved m on m.place = b.place
left join thread_changes n on n.thread_id = b.thread_id;

-- query: recent_threads
-- Gap repair: the threads of these users in which a message was stored since each user's `since` (database clock), with
-- their last number, the first that the user may see, and the first since then among the last hundred messages.
select p.user_id, t.id as thread_id, t.last_seq, p.from_seq,
       (select min(m.seq)
        from (select seq, sent_at from messages where thread_id = t.id order by seq desc limit 100) m
        where m.sent_at > u.since) as first_seq
from threads t
join participants p on p.thread_id = t.id
join unnest(%(user_ids)s::bigint[], %(since)s::timestamptz[]) as u (id, since) on u.id = p.user_id
where t.last_message_at > u.since and t.last_message_at > (select min(s) from unnest(%(since)s::timestamptz[]) s)
  and t.last_seq > 0;

-- query: database_time
select clock_timestamp();

-- query: messages_of_gaps
-- Gap repair: the messages of threads after the numbers delivered by events, at most the newest `number` of each.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name, m.text, m.sent_at, m.flags, m.reply_to
from unnest(%(thread_ids)s::bigint[], %(after)s::bigint[]) as gap (thread_id, after)
cross join lateral (
    select * from messages where thread_id = gap.thread_id and seq > gap.after order by seq desc limit %(number)s
) m
join users u on u.id = m.sender_id
order by m.thread_id, m.seq;
