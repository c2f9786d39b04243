-- query: conversations
-- The list of a user's threads, newest first: at most `number` of them (null = all), always including `open_id` (null =
-- none). Every row also has the number of all threads, of all unread messages and of the threads they are in, but for
-- muted ones, and when the next mute ends. The preview is the last message, if the user may see it.
with mine as (
    select t.id, t.pair_low, t.last_seq, t.last_message_at, p.user_id, p.sent, p.read_seq, p.from_seq,
           t.last_seq - p.read_seq - p.sent_unread as unread, u.until is not null as is_muted,
           count(*) over () as threads,
           coalesce(sum(t.last_seq - p.read_seq - p.sent_unread) filter (where u.until is null) over (), 0)::bigint
               as unread_total,
           count(*) filter (where u.until is null and t.last_seq > p.read_seq + p.sent_unread) over ()
               as unread_threads,
           min(u.until) filter (where isfinite(u.until)) over () as unmutes_at
    from participants p
    join threads t on t.id = p.thread_id
    left join mutes u on u.user_id = p.user_id and u.thread_id = t.id and u.until > now()
    where p.user_id = %(user_id)s
    order by t.id is not distinct from %(open_id)s::bigint desc, t.last_message_at desc, t.id desc
    limit %(number)s::bigint
)
select mine.threads, mine.unread_total, mine.unread_threads, mine.unmutes_at, mine.id,
       mine.pair_low is null as is_group, mine.last_seq, mine.sent, mine.unread, mine.is_muted, mine.last_message_at,
       g.title, coalesce(named.names, '{}') as names,
       coalesce(named.handle, '') as handle, others.number as others, left(m.text, 200) as preview, m.sender_id,
       s.name as sender_name, s.full_name as sender_full_name, mine.read_seq,
       coalesce(n.last_change, 0) as last_change, coalesce(c.change, 0) as preview_change,
       coalesce(m.text = '' and coalesce(m.flags & 2, 0) = 0, false) as is_deleted,
       case when m.flags & 2 = 2 then (
           select json_agg(json_build_object('name', f.name, 'type', f.type, 'width', f.width) order by f.place)
           from files f
           where f.thread_id = m.thread_id and f.seq = m.seq
       ) end as preview_files
from mine
left join thread_changes n on n.thread_id = mine.id
left join messages m on m.thread_id = mine.id and m.seq = mine.last_seq and m.seq >= mine.from_seq
left join users s on s.id = m.sender_id
left join lateral (
    select change from changed_messages where m.flags & 1 = 1 and thread_id = m.thread_id and seq = m.seq limit 1
) c on true
left join groups g on g.thread_id = mine.id
cross join lateral (select count(*) - 1 as number from participants o where o.thread_id = mine.id) others
left join lateral (
    select array_agg(coalesce(first.full_name, first.name) order by first.name) as names,
           case when mine.pair_low is not null and max(first.full_name) is not null then max(first.name) end as handle
    from (
        select u.name, u.full_name from participants o join users u on u.id = o.user_id
        where o.thread_id = mine.id and o.user_id <> mine.user_id
        order by u.name limit 4
    ) first
) named on g.title is null
order by mine.last_message_at desc, mine.id desc;

-- query: unread_of_user
-- How many threads and messages a user has not read, but for muted threads.
select count(*) filter (where c.unread > 0) as threads, coalesce(sum(c.unread), 0)::bigint as messages
from participants p
join threads t on t.id = p.thread_id
cross join lateral (select t.last_seq - p.read_seq - p.sent_unread as unread) c
where p.user_id = %(user_id)s
  and not exists (select from mutes m where m.user_id = p.user_id and m.thread_id = t.id and m.until > now());

-- query: threads_for
-- Threads as one of their participants sees them, for pairs of thread and user; no row for anyone else. Hides what the
-- others do not show to this user, or to anybody: their read marker is then 0. `names` are the first four of the
-- others, for a thread without a title. `people` are all participants, or the user alone in a group of more than
-- `named_people`.
select requested.place, t.id, t.last_seq, p.sent, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change, p.from_change, p.joined_change,
       t.pair_low is not null as pair, g.title, g.history, coalesce(g.change, 0) as as_of,
       size.people_count, m.until is not null as is_muted, coalesce(named.names, '{}') as names,
       (select json_agg(json_build_object(
            'id', u.id, 'name', u.name, 'full_name', u.full_name, 'owner', o.is_owner,
            'read', case when u.id = requested.user_id or u.shows_seen and blocks.blocker_id is null
                         then o.read_seq else 0 end,
            'shows_online', u.shows_online and blocks.blocker_id is null,
            'blocked', blocked.blocker_id is not null,
            'deleted', u.deleted_at is not null
        ) order by u.name)
        from participants o
        join users u on u.id = o.user_id
        left join blocks on blocks.blocker_id = u.id and blocks.blocked_id = requested.user_id
        left join blocks blocked on blocked.blocker_id = requested.user_id and blocked.blocked_id = u.id
        where o.thread_id = t.id
          and (size.people_count <= %(named_people)s::bigint or t.pair_low is not null or o.user_id = requested.user_id)
       ) as people
from unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[]) with ordinality as requested (thread_id, user_id, place)
join participants p on p.thread_id = requested.thread_id and p.user_id = requested.user_id
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id
left join groups g on g.thread_id = t.id
left join mutes m on m.user_id = p.user_id and m.thread_id = t.id and m.until > now()
cross join lateral (select count(*) as people_count from participants o where o.thread_id = t.id) size
left join lateral (
    select array_agg(coalesce(first.full_name, first.name) order by first.name) as names
    from (
        select u.name, u.full_name from participants o join users u on u.id = o.user_id
        where o.thread_id = t.id and o.user_id <> requested.user_id
        order by u.name limit 4
    ) first
) named on g.title is null;

-- query: membership
-- A user's participation in a thread; no row for anyone else.
select p.thread_id, p.user_id, p.read_seq, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change, p.from_change, p.joined_change
from participants p
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint;

-- query: memberships
-- A user's participation in threads with ids after a given one.
select p.thread_id, p.user_id, p.read_seq, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread,
       p.from_seq, coalesce(n.last_change, 0) as last_change, p.from_change, p.joined_change
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
-- waits for the first and then only touches its row. No row if user `a` has already used `first_id`, the id of the
-- message for which the thread is wanted, or if user `b` has blocked `a` or deleted the account.
with pair as (
    insert into threads (pair_low, pair_high)
    select least(%(a)s::bigint, %(b)s::bigint), greatest(%(a)s::bigint, %(b)s::bigint)
    where not exists (select from messages where sender_id = %(a)s::bigint and client_id = %(first_id)s::uuid)
      and not exists (select from group_creations where user_id = %(a)s::bigint and client_id = %(first_id)s::uuid)
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

-- execute_idempotent: mute
-- Mutes a thread for a user: for some seconds from now, or for good (null). Returns until when, null for good; no row
-- for anyone but a participant.
insert into mutes as m (thread_id, user_id, until)
select p.thread_id, p.user_id, coalesce(now() + %(seconds)s::float8 * interval '1 second', 'infinity')
from participants p
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint
on conflict (user_id, thread_id) do update set until = excluded.until
returning true as done, case when isfinite(m.until) then m.until end as until;

-- execute_idempotent: unmute
-- No row for anyone but a participant.
with ended as (
    delete from mutes where thread_id = %(thread_id)s::bigint and user_id = %(user_id)s::bigint
)
select true as done, null::timestamptz as until
from participants p
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint;
