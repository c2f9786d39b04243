-- query: conversations
-- The list of a user's threads, newest first: at most `number` of them (null = all), always including `open_id` (null =
-- none). Every row also has the number of all threads and of all unread messages. The preview is the last message, if
-- the user may see it.
with mine as (
    select t.id, t.last_seq, t.last_message_at, p.user_id, p.sent, p.read_seq, p.from_seq,
           t.last_seq - p.read_seq - p.sent_unread as unread,
           count(*) over () as threads, (sum(t.last_seq - p.read_seq - p.sent_unread) over ())::bigint as unread_total
    from participants p
    join threads t on t.id = p.thread_id
    where p.user_id = %(user_id)s
    order by t.id is not distinct from %(open_id)s::bigint desc, t.last_message_at desc, t.id desc
    limit %(number)s::bigint
)
select mine.threads, mine.unread_total, mine.id, mine.last_seq, mine.sent, mine.unread, mine.last_message_at,
       others.names, others.number as others, left(m.text, 200) as preview, m.sender_id, s.name as sender_name,
       mine.read_seq, coalesce(n.last_change, 0) as last_change, coalesce(c.change, 0) as preview_change,
       coalesce(m.text = '' and coalesce(m.flags & 2, 0) = 0, false) as is_deleted
from mine
left join thread_changes n on n.thread_id = mine.id
left join messages m on m.thread_id = mine.id and m.seq = mine.last_seq and m.seq >= mine.from_seq
left join users s on s.id = m.sender_id
left join lateral (
    select change from changed_messages where m.flags & 1 = 1 and thread_id = m.thread_id and seq = m.seq limit 1
) c on true
cross join lateral (
    select coalesce((array_agg(u.name order by u.name))[1:4], '{}') as names, count(*) as number
    from participants o join users u on u.id = o.user_id
    where o.thread_id = mine.id and o.user_id <> mine.user_id
) others
order by mine.last_message_at desc, mine.id desc;

-- query: threads_for
-- Threads as one of their participants sees them, for pairs of thread and user; no row for anyone else. Hides what the
-- others do not show to this user, or to anybody: their read marker is then 0.
select asked.place, t.id, t.last_seq, p.sent, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change, t.pair_low is not null as pair,
       (select json_agg(json_build_object(
            'id', u.id, 'name', u.name,
            'read', case when u.id = asked.user_id or u.shows_seen and blocks.blocker_id is null
                         then o.read_seq else 0 end,
            'shows_online', u.shows_online and blocks.blocker_id is null,
            'blocked', blocked.blocker_id is not null,
            'deleted', u.deleted_at is not null
        ) order by u.name)
        from participants o
        join users u on u.id = o.user_id
        left join blocks on blocks.blocker_id = u.id and blocks.blocked_id = asked.user_id
        left join blocks blocked on blocked.blocker_id = asked.user_id and blocked.blocked_id = u.id
        where o.thread_id = t.id) as people
from unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[]) with ordinality as asked (thread_id, user_id, place)
join participants p on p.thread_id = asked.thread_id and p.user_id = asked.user_id
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id;

-- query: membership
-- A user's participation in a thread; no row for anyone else.
select p.thread_id, p.user_id, p.read_seq, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change
from participants p
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint;

-- query: memberships
-- A user's participation in threads with ids after a given one.
select p.thread_id, p.user_id, p.read_seq, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change
from participants p
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id
where p.user_id = %(user_id)s and p.thread_id > %(after)s
order by p.thread_id
limit %(number)s;

-- query: participants_of
-- The participants of a thread, except those who have blocked the user; no rows unless the user is a participant.
select user_id from participants p
where thread_id = %(thread_id)s
  and not exists (select from blocks k where k.blocker_id = p.user_id and k.blocked_id = %(user_id)s)
  and exists (select from participants where thread_id = %(thread_id)s and user_id = %(user_id)s);

-- query: find_pair
select id from threads
where pair_low = least(%(a)s::bigint, %(b)s::bigint) and pair_high = greatest(%(a)s::bigint, %(b)s::bigint);

-- execute_idempotent: make_pair
-- Returns the one-to-one thread of two users and creates it if need be. Concurrent calls get the same one: the second
-- waits for the first and then only touches its row. No row if user `a` has already stored the message `first_id`, for
-- which the thread is wanted, or if user `b` has blocked `a` or deleted the account.
with pair as (
    insert into threads (pair_low, pair_high)
    select least(%(a)s::bigint, %(b)s::bigint), greatest(%(a)s::bigint, %(b)s::bigint)
    where not exists (select from messages where sender_id = %(a)s::bigint and client_id = %(first_id)s::uuid)
      and not exists (select from blocks where blocker_id = %(b)s::bigint and blocked_id = %(a)s::bigint)
      and exists (select from users where id = %(b)s::bigint and deleted_at is null)
    on conflict (pair_low, pair_high) do update set pair_low = excluded.pair_low
    returning id
), joined as (
    insert into participants (thread_id, user_id)
    select id, unnest(array[%(a)s::bigint, %(b)s::bigint]) from pair
    on conflict do nothing
)
select id from pair;

-- execute_once: group_thread
-- Creates a group of these users.
with made as (
    insert into threads default values returning id
), joined as (
    insert into participants (thread_id, user_id)
    select id, unnest(%(user_ids)s::bigint[]) from made
)
select id from made;

-- query: find_group
-- A group: a thread whose participants may change.
select id from threads where id = %(thread_id)s and pair_low is null;

-- execute_once: add_participants
-- Adds users to a group, under the thread's lock, so that each starts reading at a definite number. A returning user
-- gets the count of the messages sent before.
select id from threads where id = %(thread_id)s and pair_low is null for no key update;
insert into participants (thread_id, user_id, read_seq, sent)
select t.id, joining.user_id, t.last_seq,
       (select count(*) from messages m where m.thread_id = t.id and m.sender_id = joining.user_id)
from threads t cross join unnest(%(user_ids)s::bigint[]) as joining (user_id)
where t.id = %(thread_id)s and t.pair_low is null
on conflict do nothing
returning user_id;

-- execute_once: remove_participants
-- Removes users from a group, under the thread's lock, so that they receive nothing stored later.
select id from threads where id = %(thread_id)s and pair_low is null for no key update;
delete from participants p using threads t
where t.id = %(thread_id)s and t.pair_low is null and p.thread_id = t.id and p.user_id = any(%(user_ids)s::bigint[])
returning p.user_id;
