-- What programs of the site ask for, by its API: whole threads, and people by their subjects.

-- query: site_threads
-- Threads, in the order asked; no row for one that does not exist. Read markers that their owners hide are 0.
select t.id, g.key, g.title, coalesce(g.history, 'all') as history, t.last_seq,
       coalesce(n.last_change, 0) as last_change,
       (select coalesce(json_agg(json_build_object(
            'id', u.id, 'sub', i.subject, 'name', u.name, 'full_name', u.full_name,
            'owner', p.is_owner and t.pair_low is null, 'read', case when u.shows_seen then p.read_seq else 0 end
        ) order by u.id), '[]')
        from participants p
        join users u on u.id = p.user_id
        left join identities i on i.user_id = u.id and i.issuer = %(issuer)s::text
        where p.thread_id = t.id) as people
from unnest(%(thread_ids)s::bigint[]) with ordinality as asked (thread_id, place)
join threads t on t.id = asked.thread_id
left join groups g on g.thread_id = t.id
left join thread_changes n on n.thread_id = t.id
order by asked.place;

-- query: site_threads_of
-- A page of a person's threads, newest first, after the place of a cursor (null: from the first).
select t.id, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread, t.last_message_at
from participants p
join threads t on t.id = p.thread_id
where p.user_id = %(user_id)s
  and (%(before)s::timestamptz is null or (t.last_message_at, t.id) < (%(before)s::timestamptz, %(before_id)s::bigint))
order by t.last_message_at desc, t.id desc
limit %(number)s::bigint;

-- query: unread_of_people
-- How many threads and messages people have not read, but for muted threads, and how many messages in these; no row for
-- subjects without a person or a thread.
select i.subject, count(*) filter (where c.unread > 0 and m.until is null) as threads,
       coalesce(sum(c.unread) filter (where m.until is null), 0)::bigint as messages,
       coalesce(sum(c.unread) filter (where m.until is not null), 0)::bigint as muted
from identities i
join participants p on p.user_id = i.user_id
join threads t on t.id = p.thread_id
left join mutes m on m.user_id = p.user_id and m.thread_id = t.id and m.until > now()
cross join lateral (select t.last_seq - p.read_seq - p.sent_unread as unread) c
where i.issuer = %(issuer)s and i.subject = any(%(subjects)s::text[])
group by i.subject;

-- execute_idempotent: site_pair
-- The one-to-one thread of two users, created if need be; blocks do not hinder it. Two statements more than one, since
-- the second of two calls at once waits for the first, and then has to see what it made.
insert into threads (pair_low, pair_high)
values (least(%(a)s::bigint, %(b)s::bigint), greatest(%(a)s::bigint, %(b)s::bigint))
on conflict (pair_low, pair_high) do nothing;
insert into participants (thread_id, user_id)
select id, unnest(array[%(a)s::bigint, %(b)s::bigint]) from threads
where pair_low = least(%(a)s::bigint, %(b)s::bigint) and pair_high = greatest(%(a)s::bigint, %(b)s::bigint)
on conflict do nothing;
select id from threads
where pair_low = least(%(a)s::bigint, %(b)s::bigint) and pair_high = greatest(%(a)s::bigint, %(b)s::bigint);

-- query: site_messages
-- The messages of a thread after a number, or before one (then `after` is null), with the thread's last number. One row
-- without a message: there is none; no row: no such thread. Numbers have no gaps, so a range of them limits the page.
select t.last_seq, m.thread_id, m.seq, m.client_id, m.sender_id, u.name as sender_name,
       u.full_name as sender_full_name, m.text, m.sent_at, m.flags, m.reply_to
from threads t
cross join lateral (
    select coalesce(%(after)s::bigint, least(%(before)s::bigint, t.last_seq + 1) - 1 - %(number)s::bigint) as start
) span
left join messages m on m.thread_id = t.id and m.seq > span.start and m.seq <= span.start + %(number)s::bigint
left join users u on u.id = m.sender_id
where t.id = %(thread_id)s
order by m.seq;

-- query: states_for_site
-- The present states of changed messages of a thread, text and all from one snapshot; no row for one that is not
-- changed. `ids`: at most `listed_people` of each reaction.
select asked.place, m.text, c.change, c.edited_at, c.deleted_at, c.deleted_by, deleter.name as deleted_by_name,
       deleter.full_name as deleted_by_full_name, r.reactions, a.people
from unnest(%(seqs)s::bigint[]) with ordinality as asked (seq, place)
cross join lateral (  -- the limits make any plan use the index on both columns, whatever the size of the table
    select text from messages where thread_id = %(thread_id)s::bigint and seq = asked.seq limit 1
) m
cross join lateral (
    select * from changed_messages where thread_id = %(thread_id)s::bigint and seq = asked.seq limit 1
) c
left join users deleter on deleter.id = c.deleted_by
left join lateral (
    select json_agg(json_build_array(g.emoji, g.number, g.ids, false)) as reactions
    from (
        select o.emoji, count(*) as number,
               (array_agg(o.user_id order by o.change))[1:%(listed_people)s::int] as ids  -- noqa: PRS
        from reactions o
        where o.thread_id = %(thread_id)s::bigint and o.seq = asked.seq
        group by o.emoji
    ) g
) r on true
left join lateral (
    select count(*) as people from participants o where o.thread_id = %(thread_id)s::bigint
) a on r.reactions is not null
order by asked.place;

-- query: site_changes
-- The first changes of a thread after a number, rising: with the number of the changed message, null for a note.
-- `as_of` is the number of the last act in the group, 0 for none. One row without a change: there is none; no row: no
-- such thread.
select c.change, c.seq, coalesce(g.change, 0) as as_of
from threads t
left join groups g on g.thread_id = t.id
left join lateral (
    (
        select change, seq from changed_messages
        where thread_id = t.id and change > %(after)s::bigint
        order by change
        limit %(number)s::bigint
    )
    union all
    (
        select change, null as seq from notes
        where thread_id = t.id and change > %(after)s::bigint
        order by change
        limit %(number)s::bigint
    )
    order by change
    limit %(number)s::bigint
) c on true
where t.id = %(thread_id)s
order by c.change;

-- query: site_notes
-- Notes of a thread by their numbers, whoever may see them. `people`: the first `listed_people` of those concerned.
select n.thread_id, n.change, n.after_seq, n.kind, n.by_id, b.name as by_name,
       b.full_name as by_full_name, w.people, cardinality(n.people)::bigint as number, n.value, n.at
from notes n
left join users b on b.id = n.by_id
cross join lateral (
    select coalesce(json_agg(json_build_array(u.id, u.name, u.full_name) order by o.place), '[]') as people
    from unnest(n.people[1:%(listed_people)s::int]) with ordinality as o (user_id, place)  -- noqa: PRS
    join users u on u.id = o.user_id
) w
where n.thread_id = %(thread_id)s::bigint and n.change = any(%(changes)s::bigint[])
order by n.change;

-- query: site_group
-- The thread of a program's group, by its key; no row for a key that is not in use.
select thread_id from groups where key = %(key)s;

-- execute_idempotent: put_site_group
-- Makes a program's group, or makes it as wished, in one transaction; what is null stays. Two calls with one key go one
-- after the other. Locks the people before the thread, as `change_group` does: nobody is deleted meanwhile. No row: the
-- key is new and nobody is named, or somebody is deleted; then nothing is done. `change` is the number of the first
-- note, null if all was as wished, `gone` who was taken out, by the note `gone_change`. Nobody owns such a group, and
-- blocks do not hinder it.
select pg_advisory_xact_lock(4271003, hashtext(%(key)s::text));
select id from users where id = any(%(people)s::bigint[]) order by id for no key update;
with made as (
    insert into threads (last_seq)
    select 0
    where cardinality(%(people)s::bigint[]) > 0
      and not exists (select from groups where key = %(key)s::text)
      and not exists (select from users where id = any(%(people)s::bigint[]) and deleted_at is not null)
    returning id
)
insert into groups (thread_id, key, title, history)
select id, %(key)s::text, %(title)s::text, %(history)s::text from made;
select t.id from groups g join threads t on t.id = g.thread_id where g.key = %(key)s::text for no key update of t;
with act as (
    select t.id, t.last_seq, coalesce(c.last_change, 0) as last_change, g.title, g.history,
           c.thread_id is null as is_new
    from groups g
    join threads t on t.id = g.thread_id
    left join thread_changes c on c.thread_id = t.id
    where g.key = %(key)s::text
      and not exists (select from users where id = any(%(people)s::bigint[]) and deleted_at is not null)
), leaving as (
    select p.user_id
    from act a
    join participants p on p.thread_id = a.id
    where p.user_id <> all(%(people)s::bigint[])
), joining as (
    select w.user_id, w.place
    from act a
    cross join unnest(%(people)s::bigint[]) with ordinality as w (user_id, place)
    where not exists (select from participants p where p.thread_id = a.id and p.user_id = w.user_id)
), told as (
    select a.id as thread_id, a.last_seq, n.kind, n.people, n.value,
           a.last_change + row_number() over (order by n.place) as change
    from act a
    cross join lateral (
        select 1 as place, case when a.is_new then 'created' else 'added' end as kind,
               array_agg(user_id order by place) as people, null as value
        from joining
        having count(*) > 0
        union all
        select 2, 'removed', array_agg(user_id order by user_id), null from leaving having count(*) > 0
        union all
        select 3, 'titled', '{}'::bigint[], %(title)s::text where a.title is distinct from coalesce(%(title)s, a.title)
    ) n
), counted as (
    insert into thread_changes (thread_id, last_change, changed_at)
    select thread_id, max(change), clock_timestamp() from told group by thread_id
    on conflict (thread_id) do update set last_change = excluded.last_change, changed_at = excluded.changed_at
), described as (
    update groups g set title = coalesce(%(title)s::text, g.title), change = n.change
    from (select thread_id, max(change) as change from told group by thread_id) n
    where g.thread_id = n.thread_id
), noted as (
    insert into notes (thread_id, change, after_seq, kind, people, value, at)
    select thread_id, change, last_seq, kind, people, value, clock_timestamp() from told
), gone as (
    delete from participants p using act a
    where p.thread_id = a.id and p.user_id in (select user_id from leaving)
    returning p.user_id
), joined as (
    insert into participants (thread_id, user_id, read_seq, sent, from_seq, from_change, joined_change)
    select a.id, j.user_id, a.last_seq,
           (select count(*) from messages m where m.thread_id = a.id and m.sender_id = j.user_id),
           case when a.history = 'joined' and not a.is_new then a.last_seq + 1 else 1 end,
           case when a.history = 'joined' and not a.is_new then n.change else 0 end,
           case when not a.is_new then n.change end
    from act a
    cross join joining j
    join told n on n.kind in ('created', 'added')
)
select a.id as thread_id, (select min(change) from told) as change,
       coalesce((select array_agg(user_id) from gone), '{}') as gone,
       coalesce((select change from told where kind = 'removed'), 0) as gone_change
from act a;
