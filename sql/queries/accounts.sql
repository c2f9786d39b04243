-- query: names_without_skeleton
-- Users, and names of deleted users, without a skeleton: the user's id, the key, and the text to compute it from.
(select id, name_key, name from users where name_skeleton is null and deleted_at is null limit %(number)s::bigint)
union all
(
    select null as id, name_key, name_key as name
    from former_names where name_skeleton is null limit %(number)s::bigint
);

-- execute_idempotent: set_skeletons
update users set name_skeleton = s.name_skeleton
from unnest(%(user_ids)s::bigint[], %(name_skeletons)s::text[]) as s (user_id, name_skeleton)
where users.id = s.user_id and users.deleted_at is null;
update former_names set name_skeleton = s.name_skeleton
from unnest(%(user_ids)s::bigint[], %(name_keys)s::text[], %(name_skeletons)s::text[])
    as s (user_id, name_key, name_skeleton)
where s.user_id is null and former_names.name_key = s.name_key;

-- execute_idempotent: clear_skeletons
-- Clears the skeletons of users deleted by a process of a version without skeletons.
update users set name_skeleton = null where name_skeleton is not null and deleted_at is not null;

-- execute_once: add_user
-- Adds a user; no row if the name, or one that looks like it, is taken or reserved. The first statement serializes the
-- sign-ups of look-alike names. The second waits for a concurrent deletion of the owner of such a name, so that the
-- insert sees the reservation.
select pg_advisory_xact_lock(4271002, hashtext(%(name_skeleton)s::text));
select id from users where name_key = %(name_key)s::text or name_skeleton = %(name_skeleton)s::text for share;
insert into users (name, name_key, name_skeleton, password_hash)
select %(name)s::text, %(name_key)s::text, %(name_skeleton)s::text, %(password_hash)s::text
where not exists (select from former_names
                  where (name_key = %(name_key)s::text or name_skeleton = %(name_skeleton)s::text) and free_at > now())
  and not exists (select from users where name_skeleton = %(name_skeleton)s::text and deleted_at is null)
on conflict (name_key) do nothing
returning id, name;

-- query: user_by_name
-- A user by the name's key, with the password's hash and whether the user is disabled; no row for a deleted user.
select id, name, password_hash, disabled_at is not null as disabled
from users where name_key = %(name_key)s and deleted_at is null;

-- query: user_by_id
-- The same by the id; no row for a deleted user.
select id, name, password_hash, disabled_at is not null as disabled
from users where id = %(user_id)s and deleted_at is null;

-- query: details_of
-- The facts stored about a user, without their messages.
select created_at, is_admin, disabled_at is not null as disabled, shows_online, shows_seen,
       (select count(*) from participants p where p.user_id = users.id) as threads
from users where id = %(user_id)s;

-- query: settings_of
select shows_online, shows_seen from users where id = %(user_id)s;

-- execute_once: set_privacy
update users set shows_online = %(shows_online)s, shows_seen = %(shows_seen)s where id = %(user_id)s;

-- execute_once: set_password
-- Replaces the password and revokes reset links; no row if the password has changed since it was checked.
with changed as (
    update users set password_hash = %(password_hash)s
    where id = %(user_id)s and password_hash = %(old_hash)s and deleted_at is null
    returning id
), ended as (
    delete from password_resets where user_id in (select id from changed)
)
select id from changed;

-- execute_once: end_password
-- Removes the password and revokes earlier reset links.
delete from password_resets where user_id = %(user_id)s;
update users set password_hash = %(no_password)s where id = %(user_id)s and deleted_at is null;

-- execute_once: make_reset
-- Stores a user's reset link in place of any earlier one.
insert into password_resets (user_id, token_hash, ends_at)
values (%(user_id)s, %(token_hash)s, now() + %(seconds)s * interval '1 second')
on conflict (user_id) do update set token_hash = excluded.token_hash, ends_at = excluded.ends_at;

-- query: find_reset
select u.id, u.name from password_resets r join users u on u.id = r.user_id
where r.token_hash = %(token_hash)s and r.ends_at > now() and u.disabled_at is null;

-- execute_once: use_reset
-- Sets the password of the link's user and uses up the link; no row if the link is not valid.
with used as (
    delete from password_resets where token_hash = %(token_hash)s and ends_at > now() returning user_id
)
update users set password_hash = %(password_hash)s
where id in (select user_id from used) and deleted_at is null and disabled_at is null
returning id, name;

-- execute_once: set_disabled
update users set disabled_at = case when %(disabled)s::boolean then coalesce(disabled_at, now()) end
where id = %(user_id)s returning id;

-- execute_once: set_admin
update users set is_admin = %(admin)s where id = %(user_id)s returning id;

-- execute_once: delete_user
-- Deletes a user under the locks of their threads. Their messages stay with the other participants; one-to-one threads
-- accept no more messages; groups lose the participant; the name stays reserved for `rest_days`.
select t.id from threads t join participants p on p.thread_id = t.id
where p.user_id = %(user_id)s order by t.id for no key update of t;
insert into former_names (name_key, name_skeleton, free_at)
select name_key, name_skeleton, now() + %(rest_days)s * interval '1 day' from users
where id = %(user_id)s and deleted_at is null
on conflict (name_key) do update set free_at = excluded.free_at, name_skeleton = excluded.name_skeleton;
delete from blocks where blocker_id = %(user_id)s or blocked_id = %(user_id)s;
delete from participants p using threads t
where p.user_id = %(user_id)s and t.id = p.thread_id and t.pair_low is null;
delete from password_resets where user_id = %(user_id)s;
update users
set name = '', name_key = ':' || id, name_skeleton = null, password_hash = '!', deleted_at = now(), is_admin = false,
    shows_online = false
where id = %(user_id)s and deleted_at is null;
delete from exports where user_id = %(user_id)s;  -- last: no other export can be requested from here on

-- query: people_by_beginning
-- At most `number` other users whose name key begins with `beginning`: first those who share a thread with the user,
-- then, if `everybody`, the others. The operators compare byte by byte, as the index does; U+10FFFF is in no name.
with met as (
    select distinct o.user_id as id
    from participants p
    join participants o on o.thread_id = p.thread_id and o.user_id <> p.user_id
    where p.user_id = %(user_id)s
), known as (
    select met.id, u.name, u.name_key
    from met
    cross join lateral (select * from users where id = met.id limit 1) u  -- index lookups, however many users there are
    where u.name_key ~>=~ %(beginning)s and u.name_key ~<~ (%(beginning)s::text || chr(1114111))  -- noqa: PRS
    order by u.name_key using ~<~
    limit %(number)s
), others as (
    select id, name, name_key
    from users
    where %(everybody)s::boolean and id <> %(user_id)s
      and name_key ~>=~ %(beginning)s and name_key ~<~ (%(beginning)s::text || chr(1114111))  -- noqa: PRS
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
