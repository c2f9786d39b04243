-- query: thread_titles
-- The titles of a user's threads: of a group its own, if it has one, else the names of the others, at most four.
select p.thread_id, g.title, others.names
from participants p
left join groups g on g.thread_id = p.thread_id
cross join lateral (
    select coalesce((array_agg(coalesce(u.full_name, u.name) order by u.name))[1:4], '{}') as names
    from participants o
    join users u on u.id = o.user_id
    where o.thread_id = p.thread_id and o.user_id <> p.user_id
) others
where p.user_id = %(user_id)s::bigint and p.thread_id = any(%(thread_ids)s::bigint[]);

-- query: threads_by_title
-- A user's threads whose title, or in a one-to-one thread the other's names, contains what was typed; the newest first.
select p.thread_id, g.title, case when g.title is null then array[coalesce(u.full_name, u.name)] else '{}' end as names
from participants p
join threads t on t.id = p.thread_id
left join groups g on g.thread_id = p.thread_id
left join users u on u.id = case p.user_id when t.pair_low then t.pair_high else t.pair_low end
where p.user_id = %(user_id)s::bigint
  and strpos(
      lower(search_text(coalesce(g.title, concat_ws(' ', u.full_name, u.name)))), lower(search_text(%(typed)s::text))
  ) > 0
order by t.last_message_at desc
limit %(number)s::bigint;
