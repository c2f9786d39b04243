-- What the courier pushes: claimed, read immediately before, and settled afterwards.

-- execute_idempotent: schedule_pushes
-- Notes for each browser of somebody who has unread messages in a thread that moved since then, when to push: `delay`
-- after the newest one, and `pause` after the last push of that thread there. Not for muted threads, nor for what came
-- before the browser subscribed (a subscription from the future does not count: the clock was set back), or is older
-- than a day. An earlier look has already seen what transactions before `horizon` stored; null: there was no such look.
insert into pushes as k (subscription_id, thread_id, due_at)
select s.id as subscription_id, t.id as thread_id,
       greatest(
           n.sent_at + %(delay)s::float8 * interval '1 second', k.sent_at + %(pause)s::float8 * interval '1 second'
       )
from threads t
join participants p on p.thread_id = t.id and t.last_seq - p.read_seq - p.sent_unread > 0
join push_subscriptions s on s.user_id = p.user_id
left join mutes u on u.user_id = p.user_id and u.thread_id = t.id and u.until > now()
left join pushes k on k.subscription_id = s.id and k.thread_id = t.id
cross join lateral (
    select m.seq, m.sent_at from unread_messages(t.id, p.user_id, p.read_seq, p.from_seq) m
    order by m.seq desc
    limit 1
) n
where t.last_message_at > %(since)s::timestamptz
  and (%(horizon)s::text is null or age(t.xmin) <= age(%(horizon)s::xid))
  and u.until is null
  and n.seq > coalesce(k.seq, 0)
  and (n.sent_at > s.made_at or s.made_at > now())
  and n.sent_at > now() - interval '1 day'
order by s.id, t.id
on conflict (subscription_id, thread_id) do update set due_at = excluded.due_at
where k.due_at is distinct from excluded.due_at;

-- execute_idempotent: claim_pushes
-- Takes pushes that are due, for `lease` seconds: of two couriers one gets each, and another one what a courier that
-- died has left. What lies further ahead than it can is due, too: the clock was set back.
with due as (
    select k.subscription_id, k.thread_id
    from pushes k
    join push_subscriptions s on s.id = k.subscription_id
    where (k.due_at <= now() or k.due_at > now() + interval '1 hour')
      and (
          k.claimed_until is null
          or k.claimed_until not between now() and now() + 2 * %(lease)s::float8 * interval '1 second'
      )
      and (s.retry_at is null or s.retry_at not between now() and now() + interval '25 hours')
    order by k.due_at
    limit %(number)s::bigint
    for update of k skip locked
)
update pushes k
set claim = %(claim)s::uuid, claimed_until = now() + %(lease)s::float8 * interval '1 second'
from due
where k.subscription_id = due.subscription_id and k.thread_id = due.thread_id
returning k.subscription_id, k.thread_id, k.due_at;

-- query: pushes_to_send
-- What is to be pushed for these claims, as it is at this moment; no row for one that nobody is to get any more.
select s.id as subscription_id, t.id as thread_id, s.user_id, s.endpoint, s.p256dh, s.auth, s.vapid_key, s.session_key,
       s.language, s.visited_at, s.tries, coalesce(c.preview, 'text') as preview, t.pair_low is null as is_group,
       g.title,
       coalesce(named.names, '{}') as names, others.number as others, n.seq, n.text,
       coalesce(w.full_name, w.name) as sender, counted.unread
from unnest(%(subscription_ids)s::bigint[], %(thread_ids)s::bigint[]) as asked (subscription_id, thread_id)
join push_subscriptions s on s.id = asked.subscription_id
join users me on me.id = s.user_id and me.disabled_at is null and me.deleted_at is null
join pushes k on k.subscription_id = s.id and k.thread_id = asked.thread_id
join threads t on t.id = asked.thread_id
join participants p on p.thread_id = t.id and p.user_id = s.user_id
left join mutes u on u.user_id = s.user_id and u.thread_id = t.id and u.until > now()
left join notification_choices c on c.user_id = s.user_id
left join groups g on g.thread_id = t.id
cross join lateral (
    select m.seq, m.text, m.sender_id, m.sent_at from unread_messages(t.id, p.user_id, p.read_seq, p.from_seq) m
    order by m.seq desc
    limit 1
) n
join users w on w.id = n.sender_id
cross join lateral (select count(*) - 1 as number from participants o where o.thread_id = t.id) others
left join lateral (
    select array_agg(coalesce(first.full_name, first.name) order by first.name) as names
    from (
        select o.name, o.full_name from participants q join users o on o.id = q.user_id
        where q.thread_id = t.id and q.user_id <> s.user_id
        order by o.name limit 4
    ) first
) named on g.title is null
cross join lateral (
    select coalesce(sum(a.last_seq - q.read_seq - q.sent_unread), 0)::bigint as unread
    from participants q
    join threads a on a.id = q.thread_id
    where q.user_id = s.user_id
      and not exists (
          select from mutes x where x.user_id = q.user_id and x.thread_id = q.thread_id and x.until > now()
      )
) counted
where u.until is null and n.seq > k.seq and n.sent_at > now() - interval '1 day';

-- execute_idempotent: settle_pushes
-- Notes what was pushed (the number of the newest message; null: nothing had to be), or releases the claim of what is
-- to be tried again. What became due meanwhile stays so.
update pushes k
set seq = greatest(k.seq, d.seq), sent_at = case when d.seq is null then k.sent_at else now() end,
    due_at = case
        when d.again then k.due_at
        when k.due_at = d.due_at then null
        when d.seq is null then k.due_at
        else greatest(k.due_at, now() + %(pause)s::float8 * interval '1 second')
    end,
    claim = null, claimed_until = null
from unnest(%(subscription_ids)s::bigint[], %(thread_ids)s::bigint[], %(due_ats)s::timestamptz[], %(seqs)s::bigint[],
            %(again)s::boolean[]) as d (subscription_id, thread_id, due_at, seq, again)
where k.subscription_id = d.subscription_id and k.thread_id = d.thread_id and k.claim = %(claim)s::uuid;

-- execute_idempotent: note_push_outcomes
-- How the services of browsers have answered: null is well, `gone` ends the subscription, all else is tried again.
with told as (
    select * from unnest(%(subscription_ids)s::bigint[], %(failures)s::text[], %(waits)s::float8[])
        as o (subscription_id, failure, wait)
), ended as (
    delete from push_subscriptions s using told o where s.id = o.subscription_id and o.failure = 'gone'
)
update push_subscriptions s
set failure = o.failure, failed_at = case when o.failure is not null then now() end,
    tries = case when o.failure is null then 0 else s.tries + 1 end,
    retry_at = case when o.failure is not null then now() + o.wait * interval '1 second' end
from told o
where s.id = o.subscription_id and o.failure is distinct from 'gone'
  and (o.failure is not null or s.failure is not null);

-- execute_idempotent: take_trial_pushes
-- The browsers whose users have asked for a push now: each once, within some minutes.
update push_subscriptions set trial_at = null
where trial_at > now() - interval '10 minutes'
returning id as subscription_id, endpoint, p256dh, auth, vapid_key, language;
