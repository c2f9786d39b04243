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
-- Adds a user; no row if the name, or one that looks like it, is taken or reserved. The first statement serializes
-- those who take look-alike names. The second waits for a concurrent deletion of the owner of such a name, so that the
-- insert sees the reservation.
select pg_advisory_xact_lock(4271002, hashtext(%(name_skeleton)s::text) & 255);
select id from users where name_key = %(name_key)s::text or name_skeleton = %(name_skeleton)s::text for share;
insert into users (name, name_key, name_skeleton, password_hash)
select %(name)s::text, %(name_key)s::text, %(name_skeleton)s::text, %(password_hash)s::text
where not exists (select from former_names
                  where (name_key = %(name_key)s::text or name_skeleton = %(name_skeleton)s::text) and free_at > now())
  and not exists (select from users where name_skeleton = %(name_skeleton)s::text and deleted_at is null)
on conflict (name_key) do nothing
returning id, name, full_name;

-- query: user_by_name
-- A user by the name's key, with the password's hash and whether the user is disabled; no row for a deleted user.
select id, name, full_name, password_hash, disabled_at is not null as disabled
from users where name_key = %(name_key)s and deleted_at is null;

-- query: users_by_names
-- Users by the keys of their names; no row for a deleted user.
select id, name, full_name, name_key from users where name_key = any(%(name_keys)s::text[]) and deleted_at is null;

-- query: user_by_id
-- The same by the id; no row for a deleted user.
select id, name, full_name, password_hash, disabled_at is not null as disabled
from users where id = %(user_id)s and deleted_at is null;

-- query: details_of
-- The facts stored about a user, without their messages.
select created_at, is_admin, disabled_at is not null as disabled, shows_online, shows_seen, who_adds_me,
       (select count(*) from participants p where p.user_id = users.id) as threads
from users where id = %(user_id)s;

-- query: settings_of
select shows_online, shows_seen, who_adds_me from users where id = %(user_id)s;

-- execute_once: set_privacy
-- Without `who_adds_me` that stays as it is.
update users
set shows_online = %(shows_online)s, shows_seen = %(shows_seen)s,
    who_adds_me = coalesce(%(who_adds_me)s::text, who_adds_me)
where id = %(user_id)s;

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
select u.id, u.name, u.full_name from password_resets r join users u on u.id = r.user_id
where r.token_hash = %(token_hash)s and r.ends_at > now() and u.disabled_at is null;

-- execute_once: use_reset
-- Sets the password of the link's user and uses up the link; no row if the link is not valid.
with used as (
    delete from password_resets where token_hash = %(token_hash)s and ends_at > now() returning user_id
)
update users set password_hash = %(password_hash)s
where id in (select user_id from used) and deleted_at is null and disabled_at is null
returning id, name, full_name;

-- execute_idempotent: end_tokens
-- Refuses the tokens of a user from before this second; returns the time, later than any before. No row: the user is
-- known to no other site.
update identities
set ended_at = greatest(clock_timestamp(), ended_at + interval '1 microsecond'), version = version + 1
where user_id = %(user_id)s
returning (extract(epoch from ended_at) * 1000000)::bigint as ended_at;

-- execute_once: set_admin
update users set is_admin = %(admin)s where id = %(user_id)s returning id;

-- query: people_by_beginning
-- At most `number` other users whose name key begins with `beginning`, or with a word of the full name that begins with
-- each of `words`, of which `word` is the longest: first those who share a thread with the user, then, if `everybody`,
-- the others. The operators compare byte by byte, as the indexes do; U+10FFFF is in no name.
with met as (
    select distinct o.user_id as id
    from participants p
    join participants o on o.thread_id = p.thread_id and o.user_id <> p.user_id
    where p.user_id = %(user_id)s
), named as (
    select u.id
    from met
    cross join lateral (select * from users where id = met.id limit 1) u  -- index lookups, however many users there are
    where u.name_key ~>=~ %(beginning)s and u.name_key ~<~ (%(beginning)s::text || chr(1114111))  -- noqa: PRS
    union
    select w.user_id
    from met
    cross join lateral (select * from full_name_words where user_id = met.id limit 100) w
    where w.word >= %(word)s::text collate "C" and w.word < %(word)s::text || chr(1114111)
), strangers as (
    (
        select id
        from users
        where %(everybody)s::boolean and id <> %(user_id)s
          and name_key ~>=~ %(beginning)s and name_key ~<~ (%(beginning)s::text || chr(1114111))  -- noqa: PRS
        order by name_key using ~<~
        limit %(number)s
    )
    union
    (
        select user_id
        from full_name_words
        where %(everybody)s::boolean and user_id <> %(user_id)s
          and word >= %(word)s::text collate "C" and word < %(word)s::text || chr(1114111)
        order by word
        limit 100
    )
), found as (
    select id, 1 as rank from named
    union all
    select id, 2 from strangers where id not in (select id from named)
), first as (
    select u.id, u.name, u.full_name, u.name_key
    from found f
    join users u on u.id = f.id
    where u.name_key ~>=~ %(beginning)s and u.name_key ~<~ (%(beginning)s::text || chr(1114111))  -- noqa: PRS
       or not exists (
           select from unnest(%(words)s::text[]) as typed (word)
           where not exists (
               select from full_name_words w
               where w.user_id = u.id and w.word >= typed.word collate "C" and w.word < typed.word || chr(1114111)
           )
       )
    order by f.rank, u.name_key
    limit %(number)s
)
select id, name, full_name from first order by name_key;
