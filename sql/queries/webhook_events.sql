-- What the courier asks and notes while it sends.

-- query: webhooks_on
select id from webhooks where off_at is null order by id;

-- execute_idempotent: queue_webhook_threads
-- Marks those of these threads in which something is to be sent; a webhook begins with what comes after its making.
-- What is claimed, or waits for another try, is looked at then.
with new as materialized (
    select t.id as thread_id, h.id as webhook_id, h.made_at
    from threads t
    left join thread_changes n on n.thread_id = t.id
    join webhooks h on h.off_at is null and (t.last_message_at > h.made_at or n.changed_at > h.made_at)
    where t.id = any(%(thread_ids)s::bigint[])
      and not exists (select from webhook_positions p where p.thread_id = t.id and p.webhook_id = h.id)
    order by t.id, h.id
)
insert into webhook_positions (thread_id, webhook_id, seq, change, due_at)
select w.thread_id, w.webhook_id, coalesce(m.seq, 0), coalesce(c.change, 0), clock_timestamp()
from new w
left join lateral (
    select seq from messages where thread_id = w.thread_id and sent_at <= w.made_at order by seq desc limit 1
) m on true
left join lateral (
    select max(o.change) as change
    from (
        (
            select change from changed_messages
            where thread_id = w.thread_id and changed_at <= w.made_at
            order by change desc
            limit 1
        )
        union all
        (select change from notes where thread_id = w.thread_id and at <= w.made_at order by change desc limit 1)
    ) o
) c on true
on conflict do nothing;
with moved as (
    select p.thread_id, p.webhook_id
    from webhook_positions p
    join webhooks h on h.id = p.webhook_id and h.off_at is null
    join threads t on t.id = p.thread_id
    left join thread_changes n on n.thread_id = t.id
    where p.thread_id = any(%(thread_ids)s) and p.due_at is null
      and (t.last_seq > p.seq or n.last_change > p.change)
    order by p.thread_id, p.webhook_id
    for update of p skip locked
)
update webhook_positions p set due_at = clock_timestamp()
from moved
where p.thread_id = moved.thread_id and p.webhook_id = moved.webhook_id;

-- execute_once: claim_webhook_threads
-- Gives a courier the threads that have waited longest; nobody else gets them for `lease` seconds.
with due as (
    select thread_id, webhook_id from webhook_positions
    where webhook_id = %(webhook_id)s::bigint and due_at <= clock_timestamp()
    order by due_at
    limit %(number)s::bigint
    for update skip locked
)
update webhook_positions p
set claim = gen_random_uuid(), due_at = clock_timestamp() + %(lease)s::float8 * interval '1 second'
from due
where p.thread_id = due.thread_id and p.webhook_id = due.webhook_id
returning p.thread_id, p.webhook_id, p.claim::text;

-- query: next_webhook_event
-- The webhook as it is now, the end of a thread, and the next message and the next change that it wants; imported
-- messages (flag 4) are not told. No row: the claim has ended, or the webhook is off or gone.
select h.url, h.with_texts, p.event, p.tries,
       array_remove(array[h.secret, case when h.former_until > clock_timestamp() then h.former_secret end], null)
           as secrets,
       t.last_seq, coalesce(n.last_change, 0) as last_change,
       m.seq as message, m.sent_at, c.kind, c.change, c.seq as about, c.at as changed_at
from webhook_positions p
join webhooks h on h.id = p.webhook_id and h.off_at is null
join threads t on t.id = p.thread_id
left join thread_changes n on n.thread_id = t.id
left join lateral (
    select seq, sent_at from messages
    where thread_id = p.thread_id and seq > p.seq and coalesce(flags & 4, 0) = 0 and 'message' = any(h.events)
    order by seq
    limit 1
) m on true
left join lateral (
    (
        select 'changed' as kind, change, seq, changed_at as at from changed_messages
        where thread_id = p.thread_id and change > p.change and 'changed' = any(h.events)
        order by change
        limit 1
    )
    union all
    (
        select 'note', change, after_seq, at from notes
        where thread_id = p.thread_id and change > p.change and 'note' = any(h.events)
        order by change
        limit 1
    )
    order by change
    limit 1
) c on true
where p.thread_id = %(thread_id)s::bigint and p.webhook_id = %(webhook_id)s::bigint and p.claim = %(claim)s::uuid
  and p.due_at > clock_timestamp();

-- query: people_of_event
-- The group's key, the first `number` people of a thread, and the ids at the site of those whom an event names.
select g.key,
       (select coalesce(json_agg(json_build_object('id', o.user_id, 'sub', i.subject) order by o.user_id), '[]')
        from (
            select user_id from participants
            where thread_id = t.id
            order by user_id
            limit %(number)s::bigint
        ) o
        left join identities i on i.user_id = o.user_id and i.issuer = %(issuer)s::text) as participants,
       (select coalesce(json_object_agg(i.user_id, i.subject), '{}')
        from identities i
        where i.user_id = any(%(named)s::bigint[]) and i.issuer = %(issuer)s) as subjects
from threads t
left join groups g on g.thread_id = t.id
where t.id = %(thread_id)s::bigint;

-- execute_idempotent: pass_webhook_event
-- Moves a position past an event, which was accepted or need not be sent, and renews the claim. No row: it has ended.
-- Waits for no disk, for which messages wait: what a crash of PostgreSQL forgets is told once more.
select set_config('synchronous_commit', 'off', true);
with passed as (
    update webhook_positions
    set seq = greatest(seq, %(seq)s::bigint), change = greatest(change, %(change)s::bigint),
        due_at = clock_timestamp() + %(lease)s::float8 * interval '1 second',
        event = null, tries = 0, first_tried_at = null
    where thread_id = %(thread_id)s::bigint and webhook_id = %(webhook_id)s::bigint and claim = %(claim)s::uuid
    returning thread_id
), noted as (
    update webhooks set accepted_at = clock_timestamp(), failing_since = null
    where id = %(webhook_id)s and %(is_accepted)s::boolean
      and (failing_since is not null or accepted_at is null or accepted_at < clock_timestamp() - interval '10 seconds')
)
select thread_id from passed;

-- execute_idempotent: settle_webhook_thread
-- Ends a claim on a thread of which all is sent, up to the end that `next_webhook_event` saw.
update webhook_positions
set seq = greatest(seq, %(seq)s::bigint), change = greatest(change, %(change)s::bigint), due_at = null, claim = null
where thread_id = %(thread_id)s::bigint and webhook_id = %(webhook_id)s::bigint and claim = %(claim)s::uuid;

-- execute_idempotent: release_webhook_threads
-- Ends claims before their time: another courier goes on at once.
update webhook_positions set due_at = clock_timestamp(), claim = null where claim = any(%(claims)s::uuid[]);

-- execute_idempotent: fail_webhook_event
-- Notes that an event was not accepted, and ends the claim: `again` after a pause; `off`, since the receiver is gone or
-- has accepted nothing for `give_up` seconds; `dropped`, since this event has been tried for as long.
with state as (
    select p.thread_id, case when p.event = %(event)s::text then p.first_tried_at end as first_tried_at,
           %(is_gone)s::boolean or h.failing_since <= clock_timestamp() - g.give_up as turns_off, g.give_up
    from webhook_positions p
    join webhooks h on h.id = p.webhook_id
    cross join (select %(give_up)s::float8 * interval '1 second' as give_up) g
    where p.thread_id = %(thread_id)s::bigint and p.webhook_id = %(webhook_id)s::bigint and p.claim = %(claim)s::uuid
), decided as (
    select thread_id, coalesce(first_tried_at, clock_timestamp()) as first_tried_at, give_up, case
        when turns_off then 'off'
        when first_tried_at <= clock_timestamp() - give_up then 'dropped'
        else 'again' end as outcome
    from state
), dropped as (
    insert into webhook_drops (webhook_id, event, first_tried_at, dropped_at, failure)
    select %(webhook_id)s, %(event)s, first_tried_at, clock_timestamp(), %(failure)s::text
    from decided
    where outcome = 'dropped'
), noted as (
    update webhooks h
    set failing_since = coalesce(h.failing_since, clock_timestamp()), failed_at = clock_timestamp(),
        failure = %(failure)s, off_at = case when d.outcome = 'off' then clock_timestamp() else h.off_at end
    from decided d
    where h.id = %(webhook_id)s
), moved as (
    update webhook_positions p
    set seq = case when d.outcome = 'dropped' then greatest(p.seq, %(seq)s::bigint) else p.seq end,
        change = case when d.outcome = 'dropped' then greatest(p.change, %(change)s::bigint) else p.change end,
        event = case when d.outcome <> 'dropped' then %(event)s end,
        tries = case when d.outcome <> 'dropped' then %(tries)s::bigint else 0 end,
        first_tried_at = case when d.outcome <> 'dropped' then d.first_tried_at end,
        due_at = case
            when d.outcome = 'dropped' then clock_timestamp()
            else least(clock_timestamp() + %(pause)s::float8 * interval '1 second', d.first_tried_at + d.give_up)
            end,
        claim = null
    from decided d
    where p.thread_id = d.thread_id and p.webhook_id = %(webhook_id)s
)
select outcome from decided;

-- query: state_of_webhooks
-- For the metrics: threads in which something waits, seconds for which the first webhook fails, and how many are off.
select (select count(*) from webhook_positions where due_at is not null) as waiting,
       coalesce(extract(epoch from clock_timestamp() - min(failing_since) filter (where off_at is null)), 0)::float8
           as failing,
       count(*) filter (where off_at is not null) as turned_off
from webhooks;
