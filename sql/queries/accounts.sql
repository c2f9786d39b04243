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
