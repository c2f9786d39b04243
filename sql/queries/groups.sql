-- execute_once: create_group
-- Creates a group of `people` and `by_id`, who owns it. Without `by_id` (for the terminal or the API) it is a group of
-- `people` alone, and `owner_id` owns it. Locks the users first, in the order of their ids: none is deleted meanwhile,
-- and of two creations with one client id the second finds the first. One row: `earlier_…` tell what was made under
-- this client id before, and nothing is made now; `code` is a refusal, `refused` whose; or the group is made.
select id from users where id = %(by_id)s::bigint or id = any(%(people)s::bigint[]) order by id for no key update;
with earlier as (
    select thread_id, title, people, text_digest from group_creations
    where user_id = %(by_id)s::bigint and client_id = %(client_id)s::uuid
), joining as (
    select u.id as user_id, u.name, w.place, s.is_stranger,
           u.deleted_at is not null
           or u.who_adds_me = 'known' and s.is_stranger
           or exists (select from blocks k where k.blocker_id = u.id and k.blocked_id = %(by_id)s::bigint) as refuses
    from unnest(%(people)s::bigint[]) with ordinality as w (user_id, place)
    join users u on u.id = w.user_id
    cross join lateral (
        select %(by_id)s::bigint is not null and not exists (
            select from participants mine
            join participants p on p.thread_id = mine.thread_id and p.user_id = u.id
            where mine.user_id = %(by_id)s::bigint
        ) as is_stranger
    ) s
), strangers as (
    select (select count(*) from joining where is_stranger) as number, coalesce(sum(number), 0) as before
    from strangers_added
    where user_id = %(by_id)s::bigint and at > clock_timestamp() - interval '1 day'
), judged as (
    select case
        when exists (select from messages where sender_id = %(by_id)s::bigint and client_id = %(client_id)s::uuid)
            then 'duplicate_id'
        when exists (select from joining where refuses) then 'accepts_no_messages'
        when %(strangers_a_day)s::bigint > 0 and s.number > 0 and s.before + s.number > %(strangers_a_day)s::bigint
            then 'too_many' end as code
    from strangers s
    where not exists (select from earlier)
), made as (
    insert into threads (last_seq) select 0 from judged where code is null returning id
), described as (
    insert into groups (thread_id, title, history, change)
    select id, %(title)s::text, %(history)s::text, 1 from made
), joined as (
    insert into participants (thread_id, user_id, is_owner)
    select made.id, w.user_id, w.user_id = coalesce(%(by_id)s::bigint, %(owner_id)s::bigint, 0)
    from made
    cross join (
        select user_id from joining
        union all
        select %(by_id)s::bigint where %(by_id)s::bigint is not null
    ) w
), counted as (
    insert into thread_changes (thread_id, last_change, changed_at) select id, 1, clock_timestamp() from made
), noted as (
    insert into notes (thread_id, change, after_seq, kind, by_id, people, at)
    select id, 1, 0, 'created', %(by_id)s::bigint, %(people)s::bigint[], clock_timestamp() from made
), claimed as (
    insert into group_creations (user_id, client_id, thread_id, title, people, text_digest)
    select %(by_id)s::bigint, %(client_id)s::uuid, id, %(title)s::text, %(people)s::bigint[], %(text_digest)s::bytea
    from made
    where %(client_id)s::uuid is not null
), known_now as (
    insert into strangers_added (user_id, at, number)
    select %(by_id)s::bigint, clock_timestamp(), s.number from made cross join strangers s where s.number > 0
)
select j.code, r.name as refused, w.retry_after, coalesce(made.id, e.thread_id) as thread_id,
       made.id is not null as is_new, e.title as earlier_title, e.people as earlier_people,
       e.text_digest as earlier_digest
from (select 1) one  -- noqa: ST11
left join earlier e on true
left join judged j on true
left join made on true
left join lateral (select name from joining where refuses order by place limit 1) r on true
left join lateral (
    -- When enough of those added before are older than a day; a day if even that were not enough.
    select extract(epoch from min(a.at) + interval '1 day' - clock_timestamp())::float8 as retry_after
    from (
        select at, sum(number) over (order by at desc rows between unbounded preceding and 1 preceding) as later
        from strangers_added
        where user_id = %(by_id)s::bigint and at > clock_timestamp() - interval '1 day'
    ) a
    cross join strangers s
    where coalesce(a.later, 0) + s.number <= %(strangers_a_day)s::bigint
) w on j.code = 'too_many';

-- query: group_of
-- A group as one of its people sees it, how many are in it, and how many of them own it; no row for anybody else, or if
-- it is no group.
select g.title, coalesce(g.history, 'all') as history, p.is_owner as owns, o.people_count, o.owners
from participants p
join threads t on t.id = p.thread_id and t.pair_low is null
left join groups g on g.thread_id = t.id
cross join lateral (
    select count(*) as people_count, count(*) filter (where is_owner) as owners
    from participants where thread_id = t.id
) o
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint;

-- query: people_of_group
-- The people of a group with ids after a given one, for one of them; no rows for anybody else. Hides the read markers
-- of those who hide them from the user.
select u.id, u.name, u.full_name, o.is_owner as owner,
       case when u.id = p.user_id or u.shows_seen and k.blocker_id is null then o.read_seq else 0 end as read
from participants p
join threads t on t.id = p.thread_id and t.pair_low is null
join participants o on o.thread_id = p.thread_id and o.user_id > %(after)s::bigint
join users u on u.id = o.user_id
left join blocks k on k.blocker_id = u.id and k.blocked_id = p.user_id
where p.thread_id = %(thread_id)s::bigint and p.user_id = %(user_id)s::bigint
order by o.user_id
limit %(number)s::bigint;
