-- query: message_states
-- The present states of changed messages, text and all from one snapshot, each for a user who may see it; no row for a
-- message that is not changed, or that the user may not see. `ids`: at most `listed_people` of each reaction.
select asked.place, m.text, c.change, c.edited_at, c.deleted_at, c.deleted_by, deleter.name as deleted_by_name,
       deleter.full_name as deleted_by_full_name, r.reactions, a.people, t.last_seq, p.read_seq,
       t.last_seq - p.read_seq - p.sent_unread as unread
from unnest(%(user_ids)s::bigint[], %(thread_ids)s::bigint[], %(seqs)s::bigint[])
    with ordinality as asked (user_id, thread_id, seq, place)
cross join lateral (  -- the limits make any plan use the index on both columns, whatever the size of the table
    select * from participants where thread_id = asked.thread_id and user_id = asked.user_id limit 1
) p
cross join lateral (select last_seq from threads where id = asked.thread_id limit 1) t
cross join lateral (select text from messages where thread_id = asked.thread_id and seq = asked.seq limit 1) m
cross join lateral (select * from changed_messages where thread_id = asked.thread_id and seq = asked.seq limit 1) c
left join users deleter on deleter.id = c.deleted_by
left join lateral (
    select json_agg(json_build_array(g.emoji, g.number, g.ids, g.mine)) as reactions
    from (
        select o.emoji, count(*) as number,
               (array_agg(o.user_id order by o.change))[1:%(listed_people)s::int] as ids,  -- noqa: PRS
               bool_or(o.user_id = asked.user_id) as mine
        from reactions o
        where o.thread_id = asked.thread_id and o.seq = asked.seq
        group by o.emoji
    ) g
) r on true
left join lateral (
    select count(*) as people from participants o where o.thread_id = asked.thread_id
) a on r.reactions is not null
where p.from_seq <= asked.seq
order by asked.place;

-- query: changes_after
-- The last change of a thread, and at most `number` changed messages and notes (without `seq`) that a participant may
-- see, with the numbers of their changes after one. One row without a change: there is none. No row: no participant.
-- Ranges of numbers, so that no plan reads more than it returns, however many messages of the thread were changed.
select coalesce(n.last_change, 0) as last_change, c.change, c.seq
from participants p
left join thread_changes n on n.thread_id = p.thread_id
left join lateral (
    select c.change, c.seq
    from generate_series(%(after)s::bigint, n.last_change - 1, 1000) as span (start)
    cross join lateral (
        (
            select change, seq from changed_messages
            where thread_id = n.thread_id and change > span.start and change <= span.start + 1000
            order by change
            limit 1000  -- cuts nothing off; makes any plan use the index on both columns
        )
        union all
        (
            select change, null from notes
            where thread_id = n.thread_id and change > span.start and change <= span.start + 1000
            order by change
            limit 1000
        )
        order by change  -- so that the first ones are those within the limit
    ) c
    where coalesce(c.seq >= p.from_seq, c.change >= p.from_change)
    limit %(number)s
) c on true
where p.thread_id = %(thread_id)s and p.user_id = %(user_id)s
order by c.change;

-- query: recent_changes
-- Gap repair: the threads of these users in which something changed since each user's `since` (database clock), with
-- the last change, the first since then among the last hundred numbers, and the first note that the user may see: no
-- change before it is theirs to know.
select p.user_id, n.thread_id, n.last_change,
       least(
           (select min(c.change) from changed_messages c
            where c.thread_id = n.thread_id and c.change > n.last_change - 100 and c.changed_at > u.since),
           (select min(o.change) from notes o
            where o.thread_id = n.thread_id and o.change > n.last_change - 100 and o.at > u.since)
       ) as first_change,
       p.from_change
from thread_changes n
join participants p on p.thread_id = n.thread_id
join unnest(%(user_ids)s::bigint[], %(since)s::timestamptz[]) as u (id, since) on u.id = p.user_id
where n.changed_at > u.since and n.changed_at > (select min(s) from unnest(%(since)s::timestamptz[]) s);

-- query: changes_of_gaps
-- Gap repair: the changes of threads after the numbers that events delivered, as far as they still stand; notes have no
-- `seq`.
select c.thread_id, c.change, c.seq
from unnest(%(thread_ids)s::bigint[], %(after)s::bigint[]) as gap (thread_id, after)
join changed_messages c on c.thread_id = gap.thread_id and c.change > gap.after
union all
select n.thread_id, n.change, null
from unnest(%(thread_ids)s::bigint[], %(after)s::bigint[]) as gap (thread_id, after)
join notes n on n.thread_id = gap.thread_id and n.change > gap.after
order by thread_id, change;

-- query: recent_departures
-- Gap repair: which of these users have gone out of a group since each user's `since`, and are not back; with the
-- number of the note, 0 for a group that was erased with its last person.
select u.id as user_id, n.thread_id, n.change
from notes n
join unnest(%(user_ids)s::bigint[], %(since)s::timestamptz[]) as u (id, since) on u.id = any(n.people)
where n.kind in ('removed', 'left') and n.at > u.since
  and n.at > (select min(s) from unnest(%(since)s::timestamptz[]) s)
  and not exists (select from participants p where p.thread_id = n.thread_id and p.user_id = u.id)
union all
select d.user_id, d.thread_id, 0
from departures_from_erased_groups d
join unnest(%(user_ids)s::bigint[], %(since)s::timestamptz[]) as u (id, since) on u.id = d.user_id
where d.at > u.since and d.at > (select min(s) from unnest(%(since)s::timestamptz[]) s);
