-- execute_once: set_disabled
-- Forbids or allows signing in, also by tokens from before. In groups that have no other owner who may sign in, whoever
-- joined first follows. Returns the time of the tokens' end, null for a user known to no other site, in a row for each
-- of these groups, with the number of the note; or in one row without a group. Locks the identity before the user, as
-- `follow_site` does, and the user before the threads, as `change_group` does: nobody is taken into a group meanwhile.
update identities
set ended_at = greatest(clock_timestamp(), ended_at + interval '1 microsecond'), version = version + 1
where user_id = %(user_id)s::bigint and %(disabled)s::boolean;
select id from users where id = %(user_id)s::bigint for no key update;
select t.id from threads t join participants p on p.thread_id = t.id
where p.user_id = %(user_id)s::bigint and t.pair_low is null order by t.id for no key update of t;
update users set disabled_at = case when %(disabled)s::boolean then coalesce(disabled_at, now()) end
where id = %(user_id)s::bigint;
delete from push_subscriptions where user_id = %(user_id)s::bigint and %(disabled)s::boolean;
with heirs as (
    select distinct on (p.thread_id) p.thread_id, p.user_id, t.last_seq
    from participants mine
    join threads t on t.id = mine.thread_id and t.pair_low is null
    left join groups g on g.thread_id = t.id
    join participants p on p.thread_id = t.id
    join users u on u.id = p.user_id and u.disabled_at is null and u.deleted_at is null
    where mine.user_id = %(user_id)s::bigint
      and g.key is null
      and not exists (
          select from participants o
          join users owner on owner.id = o.user_id and owner.disabled_at is null and owner.deleted_at is null
          where o.thread_id = t.id and o.is_owner
      )
    order by p.thread_id, p.joined_change nulls first, p.user_id
), roles as (
    update participants p set is_owner = p.user_id = h.user_id
    from heirs h
    where p.thread_id = h.thread_id and (p.is_owner or p.user_id = h.user_id)
), counted as (
    insert into thread_changes as c (thread_id, last_change, changed_at)
    select thread_id, 1, clock_timestamp() from heirs
    on conflict (thread_id) do update set last_change = c.last_change + 1, changed_at = excluded.changed_at
    returning thread_id, last_change
), described as (
    insert into groups (thread_id, change) select thread_id, last_change from counted
    on conflict (thread_id) do update set change = excluded.change
), noted as (
    insert into notes (thread_id, change, after_seq, kind, people, at)
    select thread_id, c.last_change, h.last_seq, 'owner', array[h.user_id], clock_timestamp()
    from counted c join heirs h using (thread_id)
)
select (extract(epoch from i.ended_at) * 1000000)::bigint as ended_at, c.thread_id, c.last_change as change
from (select 1) one  -- noqa: ST11
left join identities i on i.user_id = %(user_id)s::bigint
left join counted c on true;

-- execute_once: delete_user
-- Deletes a user under the locks of their threads. Their messages stay with the other participants; one-to-one threads
-- accept no more messages; the name stays reserved for `rest_days`. The site's id may become somebody new by a later
-- token. The user leaves all groups; in those that have no other owner who may sign in, whoever joined first follows;
-- those where nobody is left are erased. Locks and returns as `set_disabled` does; the groups are those that go on.
select 1 as locked from identities where user_id = %(user_id)s::bigint for no key update;
select id from users where id = %(user_id)s::bigint for no key update;
select t.id from threads t join participants p on p.thread_id = t.id
where p.user_id = %(user_id)s::bigint order by t.id for no key update of t;
insert into former_names (name_key, name_skeleton, free_at)
select name_key, name_skeleton, now() + %(rest_days)s * interval '1 day' from users
where id = %(user_id)s::bigint and deleted_at is null
on conflict (name_key) do update
set free_at = excluded.free_at, name_skeleton = excluded.name_skeleton, user_id = null;
delete from full_name_words where user_id = %(user_id)s::bigint;
delete from blocks where blocker_id = %(user_id)s::bigint or blocked_id = %(user_id)s::bigint;
delete from password_resets where user_id = %(user_id)s::bigint;
delete from group_creations where user_id = %(user_id)s::bigint;
delete from strangers_added where user_id = %(user_id)s::bigint;
delete from files where user_id = %(user_id)s::bigint and thread_id is null;
delete from push_subscriptions where user_id = %(user_id)s::bigint;
delete from notification_choices where user_id = %(user_id)s::bigint;
delete from confirmations where user_id = %(user_id)s::bigint;
delete from digests where user_id = %(user_id)s::bigint;
delete from mutes where user_id = %(user_id)s::bigint;
update users
set name = '', name_key = ':' || id, name_skeleton = null, full_name = null, password_hash = '!', deleted_at = now(),
    is_admin = false, shows_online = false
where id = %(user_id)s::bigint and deleted_at is null;
delete from exports where user_id = %(user_id)s::bigint;  -- no other can be requested since the user is locked
with leaving as (
    select t.id as thread_id, t.last_seq, coalesce(c.last_change, 0) as last_change,
           g.key is not null as is_programs,
           g.key is not null or exists (
               select from participants o where o.thread_id = t.id and o.user_id <> %(user_id)s::bigint
           ) as goes_on
    from participants p
    join threads t on t.id = p.thread_id and t.pair_low is null
    left join groups g on g.thread_id = t.id
    left join thread_changes c on c.thread_id = t.id
    where p.user_id = %(user_id)s::bigint
), heirs as (
    select distinct on (p.thread_id) p.thread_id, p.user_id, l.last_seq, l.last_change
    from leaving l
    join participants p on p.thread_id = l.thread_id
    join users u on u.id = p.user_id and u.disabled_at is null and u.deleted_at is null
    where not l.is_programs and not exists (
        select from participants o
        join users owner on owner.id = o.user_id and owner.disabled_at is null and owner.deleted_at is null
        where o.thread_id = l.thread_id and o.is_owner
    )
    order by p.thread_id, p.joined_change nulls first, p.user_id
), roles as (
    update participants p set is_owner = p.user_id = h.user_id
    from heirs h
    where p.thread_id = h.thread_id and (p.is_owner or p.user_id = h.user_id) and p.user_id <> %(user_id)s::bigint
), told as (
    select thread_id, last_seq, last_change + 1 as change, 'left' as kind, %(user_id)s::bigint as by_id,
           array[%(user_id)s::bigint] as people
    from leaving
    where goes_on
    union all
    select thread_id, last_seq, last_change + 2, 'owner', null, array[user_id] from heirs
), counted as (
    insert into thread_changes (thread_id, last_change, changed_at)
    select thread_id, max(change), clock_timestamp() from told group by thread_id
    on conflict (thread_id) do update set last_change = excluded.last_change, changed_at = excluded.changed_at
    returning thread_id, last_change
), described as (
    insert into groups (thread_id, change) select thread_id, last_change from counted
    on conflict (thread_id) do update set change = excluded.change
), noted as (
    insert into notes (thread_id, change, after_seq, kind, by_id, people, at)
    select thread_id, change, last_seq, kind, by_id, people, clock_timestamp() from told
), gone as (
    delete from participants p using leaving l
    where p.thread_id = l.thread_id and p.user_id = %(user_id)s::bigint
), erased as (
    delete from threads t using leaving l where t.id = l.thread_id and not l.goes_on
), ended as (
    update identities
    set user_id = null, told_name = null, email = null, language = null, version = version + 1,
        ended_at = greatest(clock_timestamp(), ended_at + interval '1 microsecond')
    where user_id = %(user_id)s::bigint
    returning (extract(epoch from ended_at) * 1000000)::bigint as ended_at
)
select e.ended_at, t.thread_id, t.change
from (select 1) one  -- noqa: ST11
left join ended e on true
left join (select thread_id, min(change) as change from told group by thread_id) t on true;
