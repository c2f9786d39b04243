-- name: add_user
-- A new person; no row when the name is taken.
insert into users (name, name_key, password_hash)
values (%(name)s, %(name_key)s, %(password_hash)s)
on conflict (name_key) do nothing
returning id, name;

-- name: user_by_name
-- A person with the password's hash, by the name without case.
select id, name, password_hash from users where name_key = %(name_key)s;

-- name: user_by_id
select id, name from users where id = %(user_id)s;

-- name: people_by_beginning
-- At most `number` other people whose name begins so, by the name without case: first whom one shares a thread with, and
-- then, if `everybody`, the others. The operators compare byte by byte, as the index does, where U+10FFFF is in no name.
with met as (
    select distinct o.user_id as id
    from participants p
    join participants o on o.thread_id = p.thread_id and o.user_id <> p.user_id
    where p.user_id = %(user_id)s
), known as (
    select met.id, u.name, u.name_key
    from met
    cross join lateral (select * from users where id = met.id limit 1) u  -- one by one, however many users there are
    where u.name_key ~>=~ %(beginning)s and u.name_key ~<~ (%(beginning)s::text || chr(1114111))
    order by u.name_key using ~<~
    limit %(number)s
), others as (
    select id, name, name_key
    from users
    where %(everybody)s::boolean and id <> %(user_id)s
      and name_key ~>=~ %(beginning)s and name_key ~<~ (%(beginning)s::text || chr(1114111))
    order by name_key using ~<~
    limit %(number)s
)
select name
from (
    select name, name_key, 1 as rank from known
    union all
    select name, name_key, 2 from others where id not in (select id from known)
    order by rank, name_key
    limit %(number)s
) found
order by name_key;
