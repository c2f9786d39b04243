-- query: notes_between
-- The notes of a thread that stand behind messages from one number to another, as far as a participant may see them.
-- `people`: the first `listed_people` of those whom a note is about.
select n.thread_id, n.change, n.after_seq, n.kind, n.by_id, b.name as by_name,
       b.full_name as by_full_name, w.people, cardinality(n.people)::bigint as number, n.value, n.at
from participants p
join notes n on n.thread_id = p.thread_id
    and n.after_seq between %(first)s::bigint and %(last)s::bigint and n.change >= p.from_change
left join users b on b.id = n.by_id
cross join lateral (
    select coalesce(json_agg(json_build_array(u.id, u.name, u.full_name) order by o.place), '[]') as people
    from unnest(n.people[1:%(listed_people)s::int]) with ordinality as o (user_id, place)  -- noqa: PRS
    join users u on u.id = o.user_id
) w
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint
order by n.change;

-- query: notes_numbered
-- Notes by their numbers, each for a user who may see it; no row for a number that is no note's.
select asked.user_id as reader_id, n.thread_id, n.change, n.after_seq, n.kind, n.by_id, b.name as by_name,
       b.full_name as by_full_name, w.people, cardinality(n.people)::bigint as number, n.value, n.at
from unnest(%(user_ids)s::bigint[], %(thread_ids)s::bigint[], %(changes)s::bigint[])
    with ordinality as asked (user_id, thread_id, change, place)
cross join lateral (  -- the limits, as in `message_states`
    select from_change from participants where thread_id = asked.thread_id and user_id = asked.user_id limit 1
) p
cross join lateral (select * from notes where thread_id = asked.thread_id and change = asked.change limit 1) n
left join users b on b.id = n.by_id
cross join lateral (
    select coalesce(json_agg(json_build_array(u.id, u.name, u.full_name) order by o.place), '[]') as people
    from unnest(n.people[1:%(listed_people)s::int]) with ordinality as o (user_id, place)  -- noqa: PRS
    join users u on u.id = o.user_id
) w
where n.change >= p.from_change
order by asked.place;

-- query: notes_to_publish
-- The notes of groups from a number on, each with everybody who is in its group now, and the first note that each may
-- see.
select n.thread_id, n.change, n.after_seq, n.kind, n.by_id, b.name as by_name,
       b.full_name as by_full_name, w.people,
       cardinality(n.people)::bigint as number, n.value, n.at, a.user_ids, a.from_changes
from unnest(%(thread_ids)s::bigint[], %(changes)s::bigint[]) as told (thread_id, change)
join notes n on n.thread_id = told.thread_id and n.change >= told.change
left join users b on b.id = n.by_id
cross join lateral (
    select coalesce(json_agg(json_build_array(u.id, u.name, u.full_name) order by o.place), '[]') as people
    from unnest(n.people[1:%(listed_people)s::int]) with ordinality as o (user_id, place)  -- noqa: PRS
    join users u on u.id = o.user_id
) w
cross join lateral (
    select coalesce(array_agg(user_id), '{}') as user_ids, coalesce(array_agg(from_change), '{}') as from_changes
    from participants where thread_id = n.thread_id
) a
order by n.thread_id, n.change;
