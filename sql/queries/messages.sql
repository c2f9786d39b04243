-- execute_idempotent: store_messages
-- Stores a batch in one round trip and one transaction. Several statements, since a statement's snapshot is older than
-- the locks it takes: the first ones lock the threads and the files, each in the order of their ids, so that batches
-- cannot deadlock; the last sees everything committed before it got the locks. A message is `known` if it is a repeat:
-- its row contains what was stored, even for a participant removed since, whose message would otherwise look unsent
-- forever, and what recognizes its first text. Only `fresh` messages are stored. Nothing is stored, and no row returned
-- if the sender is not a participant. Nothing is stored if the id is that of a group elsewhere, or of this one, made
-- without a message, if the message answers one that the sender cannot see, if one of its files is not there, not the
-- sender's or sent already (also by an earlier message of the batch), or if the other user of a one-to-one thread has
-- blocked the sender or deleted the account, under the same locks: then the row has a code and no number.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
select id from files where id = any(%(all_files)s::uuid[]) order by id for update;
with judged as (
    select b.place, coalesce(m.thread_id, b.thread_id) as thread_id, b.sender_id, s.name as sender_name,
           s.full_name as sender_full_name, b.client_id,
           coalesce(m.text, b.text) as text, case when m.seq is null then b.reply_to else m.reply_to end as reply_to,
           b.files::uuid[] as files, m.flags, p.read_seq, t.last_seq, m.seq, m.sent_at,
           case when m.seq is not null then 'known'
                when exists (
                    select from group_creations g
                    where g.user_id = b.sender_id and g.client_id = b.client_id
                      and (g.thread_id <> b.thread_id or g.text_digest is null)
                ) then 'duplicate_id'
                when b.reply_to not between p.from_seq and t.last_seq then 'no_such_message'
                when b.files is not null and (
                    cardinality(b.files::uuid[]) > (
                        select count(*) from files f
                        where f.id = any(b.files::uuid[]) and f.user_id = b.sender_id and f.is_ready
                          and f.thread_id is null
                    )
                    or exists (
                        select from unnest(%(files)s::text[]) with ordinality as e (files, place)
                        where e.place < b.place and e.files::uuid[] && b.files::uuid[]
                    )
                ) then 'no_such_file'
                when s.disabled_at is not null or s.deleted_at is not null
                     or other.deleted_at is not null
                     or exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = b.sender_id)
                then 'accepts_no_messages'
                else 'fresh' end as outcome
    from unnest(%(thread_ids)s::bigint[], %(sender_ids)s::bigint[], %(client_ids)s::uuid[], %(texts)s::text[],
                %(replies)s::bigint[], %(files)s::text[])
        with ordinality as b (thread_id, sender_id, client_id, text, reply_to, files, place)
    join users s on s.id = b.sender_id
    left join participants p on p.thread_id = b.thread_id and p.user_id = b.sender_id
    left join threads t on t.id = b.thread_id
    left join users other on other.id = case b.sender_id when t.pair_low then t.pair_high else t.pair_low end
    left join lateral (
        select * from messages where sender_id = b.sender_id and client_id = b.client_id
        offset 0  -- or a plan made while the table was empty would read all of it for each message
    ) m on true
    where b.place between 1 and 1000000  -- always true: the planner expects one row, and looks up the rest by index
      and (m.seq is not null or p.user_id is not null)
), answered as (
    -- `number` counts the fresh messages of a thread; one `leads` if all before it in the thread are the same sender's.
    select j.*, row_number() over so_far as number, lead(place) over so_far is null as is_last,
           min(sender_id) over so_far = max(sender_id) over so_far as leads, clock_timestamp() as now
    from judged j
    window so_far as (partition by thread_id, outcome order by place)
), stored as (
    insert into messages (thread_id, seq, sender_id, client_id, text, sent_at, flags, reply_to)
    select thread_id, last_seq + number, sender_id, client_id, text, now, case when files is not null then 2 end,
           reply_to
    from answered
    where outcome = 'fresh'
), claimed as (
    update files f
    set thread_id = a.thread_id, seq = a.last_seq + a.number, place = array_position(a.files, f.id)
    from answered a
    where a.outcome = 'fresh' and a.files is not null and f.id = any(a.files)
), numbered as (
    update threads t set last_seq = a.last_seq + a.number, last_message_at = clock_timestamp()
    from answered a
    where a.outcome = 'fresh' and a.is_last and t.id = a.thread_id
), counted as (
    -- Sending moves the sender's read marker only if it is at the thread's end: past the messages that lead.
    update participants p
    set sent = p.sent + f.sent, read_seq = p.read_seq + f.led, sent_unread = p.sent_unread + f.sent - f.led
    from (
        select thread_id, sender_id, count(*) as sent, count(*) filter (where leads and read_seq = last_seq) as led
        from answered
        where outcome = 'fresh'
        group by thread_id, sender_id
    ) f
    where p.thread_id = f.thread_id and p.user_id = f.sender_id
)
select a.place, a.thread_id, case a.outcome when 'fresh' then a.last_seq + a.number else a.seq end as seq,
       case a.outcome when 'fresh' then a.now else a.sent_at end as sent_at, a.text, c.change, c.first_digest,
       a.reply_to, case when a.outcome not in ('fresh', 'known') then a.outcome end as code, a.sender_name,
       a.sender_full_name, a.outcome = 'known' as is_repeat,
       case when a.outcome = 'fresh' and a.files is not null then (
                select json_agg(json_build_object(
                    'id', f.id, 'name', f.name, 'type', f.type, 'bytes', f.bytes, 'width', f.width, 'height', f.height,
                    'animated', f.is_animated
                ) order by array_position(a.files, f.id))
                from files f
                where f.id = any(a.files)
            ) when a.outcome = 'known' and a.flags & 2 = 2 then (
                select json_agg(json_build_object(
                    'id', f.id, 'name', f.name, 'type', f.type, 'bytes', f.bytes, 'width', f.width, 'height', f.height,
                    'animated', f.is_animated
                ) order by f.place)
                from files f
                where f.thread_id = a.thread_id and f.seq = a.seq
            ) end as files,
       -- The recipients: in the first row of each thread with fresh messages, and of each known one, which is published
       -- again, those who may see it.
       case when a.outcome = 'known' or a.outcome = 'fresh' and a.number = 1
            then (select array_agg(user_id) from participants p
                  where p.thread_id = a.thread_id and (a.outcome = 'fresh' or p.from_seq <= a.seq)) end as recipients
from answered a
left join changed_messages c on c.thread_id = a.thread_id and c.seq = a.seq
order by a.place;

-- query: is_sent
-- Whether a user has sent a message under an id.
select count(*) > 0 as is_sent from messages where sender_id = %(user_id)s::bigint and client_id = %(client_id)s::uuid;

-- query: messages_after
-- The messages that a participant missed: those after a number that they may see, oldest first, each with the thread's
-- last number. One row without a message means that none was missed; no row, that the user is not a participant. Since
-- numbers have no gaps, a range of numbers limits the messages: even a plan that sorts reads no more than requested.
select t.last_seq, m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name,
       u.full_name as sender_full_name, m.text, m.sent_at, m.flags, m.reply_to
from threads t
join participants p on p.thread_id = t.id and p.user_id = %(user_id)s
left join messages m on m.thread_id = t.id and m.seq > greatest(%(after)s, p.from_seq - 1)
    and m.seq <= greatest(%(after)s, p.from_seq - 1) + %(number)s::bigint
left join users u on u.id = m.sender_id
where t.id = %(thread_id)s
order by m.seq;

-- query: messages_before
-- A page of a participant's history, newest first.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name,
       u.full_name as sender_full_name, m.text, m.sent_at, m.flags, m.reply_to
from participants p
join messages m on m.thread_id = p.thread_id and m.seq < %(before)s and m.seq >= p.from_seq
join users u on u.id = m.sender_id
where p.thread_id = %(thread_id)s and p.user_id = %(user_id)s
order by m.seq desc
limit %(number)s;

-- query: messages_at
-- The messages with these numbers that a participant may see: the originals of replies.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name,
       u.full_name as sender_full_name, m.text, m.sent_at, m.flags, m.reply_to
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
-- Returns a row for each marker of a participant: its number, the unread count, and the last message and change that
-- the count includes; if it has moved, also the users who may see it, including its owner.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
with batch as (
    select * from unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[], %(seqs)s::bigint[])
        with ordinality as b (thread_id, user_id, seq, place)
), moved as (
    update participants p
    set read_seq = least(b.seq, t.last_seq),
        sent_unread = (select count(*) from messages m
                       where m.thread_id = t.id and m.seq > least(b.seq, t.last_seq)
                         and (m.sender_id = p.user_id or m.flags & 4 = 4  -- imported
                              or m.text = '' and coalesce(m.flags & 2, 0) = 0))
    from batch b
    join threads t on t.id = b.thread_id
    where p.thread_id = b.thread_id and p.user_id = b.user_id and p.read_seq < least(b.seq, t.last_seq)
    returning b.place, p.thread_id, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread, t.last_seq
)
select b.place, coalesce(m.read_seq, p.read_seq) as read_seq,
       coalesce(m.unread, t.last_seq - p.read_seq - p.sent_unread) as unread, t.last_seq,
       coalesce(n.last_change, 0) as last_change,
       (select array_agg(o.user_id) from participants o
        where o.thread_id = m.thread_id
          and (o.user_id = b.user_id
               or u.shows_seen
               and not exists (select from blocks k where k.blocker_id = b.user_id and k.blocked_id = o.user_id))
       ) as people
from batch b
join participants p on p.thread_id = b.thread_id and p.user_id = b.user_id
join threads t on t.id = b.thread_id
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

-- query: messages_of_gaps
-- Gap repair: the messages of threads after the numbers delivered by events, at most the newest `number` of each;
-- imported ones (flag 4) are no news.
select m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name,
       u.full_name as sender_full_name, m.text, m.sent_at, m.flags, m.reply_to
from unnest(%(thread_ids)s::bigint[], %(after)s::bigint[]) as gap (thread_id, after)
cross join lateral (
    select * from messages
    where thread_id = gap.thread_id and seq > gap.after and coalesce(flags & 4, 0) = 0
    order by seq desc limit %(number)s
) m
join users u on u.id = m.sender_id
order by m.thread_id, m.seq;
