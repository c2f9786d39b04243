-- execute_idempotent: change_group
-- One act in a group, under its lock: `kind` is added, removed, titled, history, owner or member; `people` whom it is
-- about, `value` the title or the history. `by_id` null: the terminal or the API, which may do everything. Locks the
-- users who come in first, and whoever adds them: none is deleted meanwhile, and strangers are counted exactly. No row:
-- `by_id` takes no part, or there is no such group. `outcome` is `changed`, `done` (all is as wished already) or the
-- code of a refusal, `refused` whose. `change` is the first note's number; `came` and `gone` are who is in it since,
-- and who no longer. If no owner is left who is neither disabled nor deleted, whoever joined first follows, and
-- disabled owners lose the role. A group that nobody is in any more is erased. Neither holds for a program's group,
-- with a key.
select id from users
where %(kind)s::text = 'added' and (id = %(by_id)s::bigint or id = any(%(people)s::bigint[]))
order by id for no key update;
select id from threads where id = %(thread_id)s::bigint and pair_low is null for no key update;
with act as (
    select t.id, t.last_seq, coalesce(c.last_change, 0) as last_change, g.title, coalesce(g.history, 'all') as history,
           g.key is not null as is_programs, %(by_id)s::bigint is null or me.is_owner as may,
           %(kind)s::text = 'removed' and %(people)s::bigint[] = array[%(by_id)s::bigint] as leaves
    from threads t
    left join groups g on g.thread_id = t.id
    left join thread_changes c on c.thread_id = t.id
    left join participants me on me.thread_id = t.id and me.user_id = %(by_id)s::bigint
    where t.id = %(thread_id)s::bigint and t.pair_low is null
      and (%(by_id)s::bigint is null or me.user_id is not null)
), present as (
    select p.user_id, p.is_owner, p.joined_change, u.disabled_at is null and u.deleted_at is null as is_living,
           %(kind)s::text = 'removed' and p.user_id = any(%(people)s::bigint[]) as goes
    from act a
    join participants p on p.thread_id = a.id
    join users u on u.id = p.user_id
), joining as (
    select u.id as user_id, u.name, w.place, s.is_stranger, u.disabled_at is null as is_living,
           u.deleted_at is not null
           or u.who_adds_me = 'known' and s.is_stranger
           or exists (select from blocks k where k.blocker_id = u.id and k.blocked_id = %(by_id)s::bigint) as refuses
    from act
    cross join unnest(%(people)s::bigint[]) with ordinality as w (user_id, place)
    join users u on u.id = w.user_id
    cross join lateral (
        select %(by_id)s::bigint is not null and not exists (
            select from participants mine
            join participants p on p.thread_id = mine.thread_id and p.user_id = u.id
            where mine.user_id = %(by_id)s::bigint
        ) as is_stranger
    ) s
    where %(kind)s::text = 'added' and not exists (select from present p where p.user_id = u.id)
), strangers as (
    select (select count(*) from joining where is_stranger) as number, coalesce(sum(number), 0) as before
    from strangers_added
    where user_id = %(by_id)s::bigint and at > clock_timestamp() - interval '1 day'
), judged as (
    select a.*, case
        when not (a.may or a.leaves) then 'not_an_owner'
        when case %(kind)s::text
            when 'added' then not exists (select from joining)
            when 'removed' then not exists (select from present where goes)
            when 'titled' then coalesce(a.title, '') = %(value)s::text
            when 'history' then a.history = %(value)s::text
            when 'owner' then not exists (
                select from present p where p.user_id = any(%(people)s::bigint[]) and not p.is_owner
            )
            else not exists (select from present p where p.user_id = any(%(people)s::bigint[]) and p.is_owner)
                 or not exists (
                     select from present p where p.is_owner and p.is_living and p.user_id <> all(%(people)s::bigint[])
                 )
            end then 'done'
        when %(kind)s::text <> 'added' then 'changed'
        when %(most_people)s::bigint > 0
             and (select count(*) from present) + (select count(*) from joining) > %(most_people)s::bigint
            then 'too_many_people'
        when exists (select from joining where refuses) then 'accepts_no_messages'
        when %(strangers_a_day)s::bigint > 0 and s.number > 0 and s.before + s.number > %(strangers_a_day)s::bigint
            then 'too_many'
        else 'changed' end as outcome
    from act a
    cross join strangers s
), heir as (
    select j.id as thread_id, p.user_id
    from judged j
    cross join (
        select user_id, joined_change, false as is_new from present where is_living and not goes
        union all
        select user_id, null, true from joining where is_living
    ) p
    where j.outcome = 'changed' and %(kind)s::text in ('added', 'removed') and not j.is_programs
      and not exists (select from present where is_owner and is_living and not goes)
    order by p.is_new, p.joined_change nulls first, p.user_id
    limit 1
), told as (
    select j.id as thread_id, j.last_seq, j.last_change + 1 as change, %(by_id)s::bigint as by_id,
           case when j.leaves then 'left' else %(kind)s::text end as kind,
           case %(kind)s::text
           when 'added' then (select array_agg(user_id order by place) from joining)
           when 'removed' then (select array_agg(user_id order by user_id) from present where goes)
           else %(people)s::bigint[] end as people,
           %(value)s::text as value
    from judged j
    where j.outcome = 'changed'
      and (%(kind)s::text <> 'removed' or j.is_programs or exists (select from present where not goes))
    union all
    select t.id, t.last_seq, t.last_change + 2, null, 'owner', array[h.user_id], null
    from heir h
    join judged t on t.id = h.thread_id
), counted as (
    insert into thread_changes (thread_id, last_change, changed_at)
    select thread_id, max(change), clock_timestamp() from told group by thread_id
    on conflict (thread_id) do update set last_change = excluded.last_change, changed_at = excluded.changed_at
), described as (
    insert into groups (thread_id, title, history, change)
    select j.id, case %(kind)s::text when 'titled' then %(value)s::text else j.title end,
           case %(kind)s::text when 'history' then %(value)s::text else j.history end,
           (select max(change) from told)
    from judged j
    where exists (select from told)
    on conflict (thread_id) do update
    set title = excluded.title, history = excluded.history, change = excluded.change
), noted as (
    insert into notes (thread_id, change, after_seq, kind, by_id, people, value, at)
    select thread_id, change, last_seq, kind, by_id, people, value, clock_timestamp() from told
), gone as (
    delete from participants p using judged j
    where j.outcome = 'changed' and %(kind)s::text = 'removed'
      and p.thread_id = j.id and p.user_id = any(%(people)s::bigint[])
    returning p.user_id
), joined as (
    insert into participants (thread_id, user_id, read_seq, sent, from_seq, from_change, joined_change, is_owner)
    select j.id, i.user_id, j.last_seq,
           (select count(*) from messages m where m.thread_id = j.id and m.sender_id = i.user_id),
           case j.history when 'joined' then j.last_seq + 1 else 1 end,
           case j.history when 'joined' then j.last_change + 1 else 0 end,
           j.last_change + 1, i.user_id in (select h.user_id from heir h)
    from judged j
    cross join joining i
    where j.outcome = 'changed'
    returning user_id
), roles as (
    update participants p set is_owner = r.is_owner
    from (
        select h.thread_id, o.user_id, o.user_id = h.user_id as is_owner
        from heir h
        join present o on not o.goes and (o.is_owner or o.user_id = h.user_id)
        union all
        select j.id, o.user_id, %(kind)s::text = 'owner'
        from judged j
        join present o on o.user_id = any(%(people)s::bigint[])
        where j.outcome = 'changed' and %(kind)s::text in ('owner', 'member')
    ) r
    where p.thread_id = r.thread_id and p.user_id = r.user_id
), known_now as (
    insert into strangers_added (user_id, at, number)
    select %(by_id)s::bigint, clock_timestamp(), s.number
    from judged j
    cross join strangers s
    where j.outcome = 'changed' and s.number > 0
), forgotten as (
    delete from strangers_added
    where %(kind)s::text = 'added' and user_id = %(by_id)s::bigint and at < clock_timestamp() - interval '1 day'
), erased as (
    delete from threads t using judged j
    where t.id = j.id and j.outcome = 'changed' and %(kind)s::text = 'removed' and not j.is_programs
      and not exists (select from present where not goes)
    returning t.id
), departed as (
    insert into departures_from_erased_groups (user_id, thread_id, at)
    select gone.user_id, e.id, clock_timestamp() from erased e cross join gone
), outdated as (
    delete from departures_from_erased_groups
    where exists (select from erased) and at < clock_timestamp() - interval '1 day'
)
select j.outcome, r.name as refused, w.retry_after, (select min(change) from told) as change,
       coalesce((select array_agg(user_id) from joined), '{}') as came,
       coalesce((select array_agg(user_id) from gone), '{}') as gone
from judged j
left join lateral (select name from joining where refuses order by place limit 1) r on true
left join lateral (
    -- As in `create_group` of `groups.sql`.
    select extract(epoch from min(a.at) + interval '1 day' - clock_timestamp())::float8 as retry_after
    from (
        select at, sum(number) over (order by at desc rows between unbounded preceding and 1 preceding) as later
        from strangers_added
        where user_id = %(by_id)s::bigint and at > clock_timestamp() - interval '1 day'
    ) a
    cross join strangers s
    where coalesce(a.later, 0) + s.number <= %(strangers_a_day)s::bigint
) w on j.outcome = 'too_many';
