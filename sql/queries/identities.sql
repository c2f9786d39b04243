-- query: people_of_site
-- The people of these subjects, in their order, each with what the site said last; no user's columns for nobody.
select asked.subject, u.id as user_id, u.name, u.full_name, u.disabled_at is not null as disabled, u.created_at,
       i.told_name, i.email, i.language, coalesce(i.version, 0) as version,
       coalesce(extract(epoch from i.ended_at) * 1000000, 0)::bigint as ended_at
from unnest(%(subjects)s::text[]) with ordinality as asked (subject, place)
left join identities i on i.issuer = %(issuer)s::text and i.subject = asked.subject
left join users u on u.id = i.user_id and u.deleted_at is null
order by asked.place;

-- query: owners_of_names
-- Who has, or may alone take, the names with these keys, or names that look like them; 0: somebody who is deleted.
select c.place, u.id as user_id
from unnest(%(name_keys)s::text[], %(name_skeletons)s::text[]) with ordinality as c (name_key, name_skeleton, place)
join users u on (u.name_key = c.name_key or u.name_skeleton = c.name_skeleton)
union all
select c.place, coalesce(f.user_id, 0)
from unnest(%(name_keys)s::text[], %(name_skeletons)s::text[]) with ordinality as c (name_key, name_skeleton, place)
join former_names f on (f.name_key = c.name_key or f.name_skeleton = c.name_skeleton) and f.free_at > now();

-- query: next_user_ids
-- Ids that no other user gets: sequences do not take part in transactions.
select new_user_id() as user_id from generate_series(1, %(number)s::bigint);

-- execute_idempotent: follow_site
-- Makes and changes people as the site said, all or none; no row if something has changed since it was read, or a name
-- has been taken: `versions` are those of the identities as read, 0 = none. `user_ids`: null = make a user, with the id
-- of `new_ids` if that is not null. `names`: null = the name stays. Locks the identities in the order of subjects, then
-- the names as `add_user` does. Fails with a unique violation if somebody else makes the same identity meanwhile.
select 1 as locked from identities
where issuer = %(issuer)s::text and subject = any(%(subjects)s::text[]) order by subject for no key update;
select pg_advisory_xact_lock(4271002, bucket)
from (
    select distinct hashtext(name_skeleton) & 255 as bucket
    from unnest(%(name_skeletons)s::text[]) as n (name_skeleton) where name_skeleton is not null
    order by bucket
) b;
with said as (
    select * from unnest(
        %(subjects)s::text[], %(versions)s::bigint[], %(user_ids)s::bigint[], %(new_ids)s::bigint[], %(names)s::text[],
        %(name_keys)s::text[], %(name_skeletons)s::text[], %(full_names)s::text[], %(told_names)s::text[],
        %(emails)s::text[], %(languages)s::text[]
    ) as s (
        subject, version, user_id, new_id, name, name_key, name_skeleton, full_name, told_name, email, language
    )
), fits as (
    select coalesce(i.version, 0) = s.version
           and not exists (
               select from users u
               where (u.name_key = s.name_key or u.name_skeleton = s.name_skeleton)
                 and (s.user_id is null or u.id <> s.user_id)
           ) and not exists (
               select from former_names f
               where (f.name_key = s.name_key or f.name_skeleton = s.name_skeleton) and f.free_at > now()
                 and (s.user_id is null or f.user_id is distinct from s.user_id)
           ) as fits
    from said s
    left join identities i on i.issuer = %(issuer)s::text and i.subject = s.subject
), agreed as (
    select s.* from said s where (select bool_and(fits) from fits)
), rested as (
    insert into former_names (name_key, name_skeleton, free_at, user_id)
    select u.name_key, u.name_skeleton, now() + %(rest_days)s::bigint * interval '1 day', u.id
    from agreed a
    join users u on u.id = a.user_id and u.name_key <> a.name_key
    on conflict (name_key) do update
    set name_skeleton = excluded.name_skeleton, free_at = excluded.free_at, user_id = excluded.user_id
), resumed as (
    delete from former_names f using agreed a where f.name_key = a.name_key and f.user_id = a.user_id
), made as (
    insert into users (id, name, name_key, name_skeleton, full_name, password_hash) overriding system value
    select coalesce(new_id, new_user_id()), name, name_key, name_skeleton, full_name, '!'
    from agreed where user_id is null
    returning id, name_key
), changed as (
    update users u
    set name = coalesce(a.name, u.name), name_key = coalesce(a.name_key, u.name_key),
        name_skeleton = coalesce(a.name_skeleton, u.name_skeleton), full_name = a.full_name
    from agreed a where u.id = a.user_id
), people as (
    select a.*, coalesce(a.user_id, m.id) as id from agreed a left join made m on m.name_key = a.name_key
), known as (
    update identities i
    set user_id = p.id, told_name = p.told_name, email = p.email, language = p.language, version = p.version + 1
    from people p
    where p.version > 0 and i.issuer = %(issuer)s::text and i.subject = p.subject
), met as (
    insert into identities (issuer, subject, user_id, told_name, email, language, version)
    select %(issuer)s::text, subject, id, told_name, email, language, 1 from people where version = 0
), forgotten as (
    delete from full_name_words w using people p
    where w.user_id = p.id and w.word <> all(string_to_array(coalesce(%(words)s::json ->> p.subject, ''), ' '))
), found as (
    insert into full_name_words (word, user_id)
    select word, p.id from people p
    cross join unnest(string_to_array(%(words)s::json ->> p.subject, ' ')) as w (word)
    on conflict do nothing
)
select subject, id as user_id from people;

-- execute_idempotent: end_tokens_of_subject
-- Refuses the tokens of a subject from before this second, whether or not somebody has an account; returns who has, and
-- the time. Of nobody the time is kept for as long as a token may live.
delete from identities where user_id is null and ended_at < now() - interval '330 seconds';
insert into identities (issuer, subject, version, ended_at)
values (%(issuer)s::text, %(subject)s::text, 1, clock_timestamp())
on conflict (issuer, subject) do update
set ended_at = greatest(excluded.ended_at, identities.ended_at + interval '1 microsecond'),
    version = identities.version + 1
returning user_id, (extract(epoch from ended_at) * 1000000)::bigint as ended_at;

-- query: acquaintances
-- Each of these users with all who share a thread with them, and with themselves.
select me.user_id, o.user_id as other_id
from unnest(%(user_ids)s::bigint[]) as me (user_id)
join participants p on p.user_id = me.user_id
join participants o on o.thread_id = p.thread_id
union
select user_id, user_id as other_id from unnest(%(user_ids)s::bigint[]) as me (user_id);

-- execute_idempotent: end_all_tokens
-- Refuses everybody's tokens from before this second; returns whose, and the times.
update identities
set ended_at = greatest(clock_timestamp(), ended_at + interval '1 microsecond'), version = version + 1
where user_id is not null
returning user_id, (extract(epoch from ended_at) * 1000000)::bigint as ended_at;

-- query: has_talked
-- A row if messages have been sent in a thread of the user.
select 1 from participants p join threads t on t.id = p.thread_id
where p.user_id = %(user_id)s::bigint and t.last_seq > 0 limit 1;

-- execute_idempotent: link_identity
-- Lets the tokens of a subject open an account, whose password and reset links end; returns the time from which they
-- do. No row if the subject has another account. What is imported of `former_id`, the account that it had (null: none),
-- is this user's from now on.
insert into identities (issuer, subject, user_id, version, ended_at)
values (%(issuer)s::text, %(subject)s::text, %(user_id)s::bigint, 1, clock_timestamp())
on conflict (issuer, subject) do update
set user_id = excluded.user_id, version = identities.version + 1,
    ended_at = greatest(excluded.ended_at, identities.ended_at + interval '1 microsecond')
where identities.user_id is null or identities.user_id = excluded.user_id;
update imported_people set user_id = %(user_id)s
where user_id = %(former_id)s::bigint
  and exists (select from identities where user_id = %(user_id)s and subject = %(subject)s);
delete from password_resets where user_id = %(user_id)s
  and exists (select from identities where user_id = %(user_id)s and subject = %(subject)s);
update users set password_hash = '!'
where id = %(user_id)s and exists (select from identities where user_id = %(user_id)s and subject = %(subject)s);
select (extract(epoch from ended_at) * 1000000)::bigint as ended_at
from identities where issuer = %(issuer)s and subject = %(subject)s and user_id = %(user_id)s;
