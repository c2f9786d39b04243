-- name: conversations
-- A person's threads, newest first, at most `number` of them (null = all), the one that is open among them however old
-- it is (null = none), with all that a list shows of each; in every row also how many there are in all, and what is
-- unread in all.
with mine as (
    select t.id, t.last_seq, t.last_message_at, p.user_id, p.sent, t.last_seq - p.read_seq - p.sent_unread as unread,
           count(*) over () as threads, (sum(t.last_seq - p.read_seq - p.sent_unread) over ())::bigint as unread_total
    from participants p
    join threads t on t.id = p.thread_id
    where p.user_id = %(user_id)s
    order by t.id is not distinct from %(open_id)s::bigint desc, t.last_message_at desc, t.id desc
    limit %(number)s::bigint
)
select mine.threads, mine.unread_total, mine.id, mine.last_seq, mine.sent, mine.unread, mine.last_message_at,
       others.names, others.number, left(m.text, 200), m.sender_id, s.name
from mine
left join messages m on m.thread_id = mine.id and m.seq = mine.last_seq
left join users s on s.id = m.sender_id
cross join lateral (
    select coalesce((array_agg(u.name order by u.name))[1:4], '{}') as names, count(*) as number
    from participants o join users u on u.id = o.user_id
    where o.thread_id = mine.id and o.user_id <> mine.user_id
) others
order by mine.last_message_at desc, mine.id desc;

-- name: threads_for
-- Threads as one of their participants sees them, for pairs of thread and person; no row for anyone else. What people
-- do not show to this one, or to nobody, is hidden here: 0 for how far they have read.
select asked.place, t.id, t.last_seq, p.sent, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       t.pair_low is not null as pair,
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
join threads t on t.id = p.thread_id;

-- name: threads_after
-- The ids of a person's threads after one, and the number of messages in each.
select t.id, t.last_seq from participants p join threads t on t.id = p.thread_id
where p.user_id = %(user_id)s and p.thread_id > %(after)s
order by p.thread_id
limit %(number)s;

-- name: participants_of
-- Who takes part in a thread and has not blocked the asking person; no rows unless that one takes part, too.
select user_id from participants p
where thread_id = %(thread_id)s
  and not exists (select from blocks k where k.blocker_id = p.user_id and k.blocked_id = %(user_id)s)
  and exists (select from participants where thread_id = %(thread_id)s and user_id = %(user_id)s);

-- name: find_pair
select id from threads
where pair_low = least(%(a)s::bigint, %(b)s::bigint) and pair_high = greatest(%(a)s::bigint, %(b)s::bigint);

-- name: make_pair
-- The thread of two people, made if there is none. Two at once get the same: the second waits for the first and then
-- only touches its row. No row when the message that it is made for, of the first of them, was stored before, or when
-- the second has blocked the first or deleted their account.
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

-- name: group_thread
-- A new thread of any number of people.
with made as (
    insert into threads default values returning id
), joined as (
    insert into participants (thread_id, user_id)
    select id, unnest(%(user_ids)s::bigint[]) from made
)
select id from made;

-- name: find_group
-- A thread whose people may change: not one of a pair.
select id from threads where id = %(thread_id)s and pair_low is null;

-- name: add_participants
-- People join a group: under the thread's lock, so that each reads on from a definite place. Who comes back gets the
-- number of what they sent before.
select id from threads where id = %(thread_id)s and pair_low is null for no key update;
insert into participants (thread_id, user_id, read_seq, sent)
select t.id, joining.user_id, t.last_seq,
       (select count(*) from messages m where m.thread_id = t.id and m.sender_id = joining.user_id)
from threads t cross join unnest(%(user_ids)s::bigint[]) as joining (user_id)
where t.id = %(thread_id)s and t.pair_low is null
on conflict do nothing
returning user_id;

-- name: remove_participants
-- People leave a group: under the thread's lock, so that nothing stored later is theirs.
select id from threads where id = %(thread_id)s and pair_low is null for no key update;
delete from participants p using threads t
where t.id = %(thread_id)s and t.pair_low is null and p.thread_id = t.id and p.user_id = any(%(user_ids)s::bigint[])
returning p.user_id;
