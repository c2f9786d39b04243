-- What the courier mails. A claim moves the due time on: what a courier that died has left is due again then.

-- execute_idempotent: claim_confirmations
-- Takes a mail that confirms an address, for `lease` seconds, and gives it the link that it will hold. Addresses that
-- nobody has confirmed in a day are forgotten.
delete from confirmations where asked_at < now() - interval '1 day';
with due as (
    select id from confirmations
    where (due_at <= now() or due_at > now() + interval '1 day') and asked_at > now() - interval '1 day'
    order by due_at
    limit 1
    for update skip locked
)
update confirmations c set due_at = now() + %(lease)s::float8 * interval '1 second', token_hash = %(token_hash)s
from due
where c.id = due.id
returning c.id, c.user_id, c.email, c.language, c.tries;

-- execute_idempotent: settle_confirmation
-- Sent, or given up (`wait` is null), or to be tried again. An address that was refused for good is remembered.
with refused as (
    insert into notification_choices (user_id, refused_email)
    select c.user_id, c.email from confirmations c where c.id = %(id)s::bigint and %(is_refused)s::boolean
    on conflict (user_id) do update set refused_email = excluded.refused_email
)
update confirmations set due_at = now() + %(wait)s::float8 * interval '1 second', tries = tries + 1
where id = %(id)s::bigint;

-- execute_idempotent: schedule_digests
-- Notes who has something unread in threads that moved since then, has an address, and was not mailed since they read
-- something last: in `after` seconds it is looked whether it still is unread. An earlier look has already seen what
-- transactions before `horizon` stored; null: there was no such look.
insert into digests as d (user_id, due_at)
select w.user_id, now() + %(after)s::float8 * interval '1 second'
from (
    select distinct p.user_id
    from threads t
    join participants p on p.thread_id = t.id and t.last_seq - p.read_seq - p.sent_unread > 0
    join users u on u.id = p.user_id and u.disabled_at is null and u.deleted_at is null
    left join notification_choices c on c.user_id = p.user_id
    left join identities i on i.user_id = p.user_id
    left join mutes m on m.user_id = p.user_id and m.thread_id = t.id and m.until > now()
    where t.last_message_at > %(since)s::timestamptz
      and (%(horizon)s::text is null or age(t.xmin) <= age(%(horizon)s::xid))
      and m.until is null
      and coalesce(c.digest, true)
      and coalesce(c.email, i.email) is distinct from c.refused_email
      and coalesce(c.email, i.email) is not null
) w
left join digests k on k.user_id = w.user_id
where k.user_id is null
   or (
       k.due_at is null
       and (
           k.mailed_at is null
           or k.mailed_reads is distinct from (
               select sum(p.read_seq) from participants p where p.user_id = k.user_id
           )
       )
   )
on conflict (user_id) do update set due_at = excluded.due_at, tries = 0
where d.due_at is null;

-- execute_idempotent: claim_digest
-- Takes one that is due, for `lease` seconds. No row: none is. The address is null if no mail may be sent any more.
with due as (
    select user_id from digests
    where due_at <= now() or due_at > now() + 2 * %(after)s::float8 * interval '1 second' + interval '2 hours'
    order by due_at
    limit 1
    for update skip locked
), claimed as (
    update digests d set due_at = now() + %(lease)s::float8 * interval '1 second'
    from due
    where d.user_id = due.user_id
    returning d.user_id, d.tries, d.mailed_at
), chosen as (
    insert into notification_choices (user_id) select user_id from claimed
    on conflict (user_id) do update set user_id = excluded.user_id
    returning user_id, digest, language, email, refused_email, off_token, preview
)
select d.user_id, d.tries, coalesce(u.full_name, u.name) as name,
       case when c.digest and u.disabled_at is null and u.deleted_at is null
                 and (c.refused_email is null or coalesce(c.email, i.email) <> c.refused_email)
            then coalesce(c.email, i.email) end as email,
       coalesce(c.language, i.language) as language, c.off_token::text as off_token,
       coalesce(c.preview, 'name') as preview
from claimed d
join users u on u.id = d.user_id
join chosen c on c.user_id = d.user_id
left join identities i on i.user_id = d.user_id;

-- query: digest_threads
-- The threads in which a user has something unread that draws attention, the newest first: its first unread message
-- from others is of `first_at`, the newest one has this text.
select t.id, t.pair_low is null as is_group, g.title, coalesce(named.names, '{}') as names, others.number as others,
       t.last_seq - p.read_seq - p.sent_unread as unread, n.text, coalesce(w.full_name, w.name) as sender, o.first_at
from participants p
join threads t on t.id = p.thread_id
left join mutes u on u.user_id = p.user_id and u.thread_id = t.id and u.until > now()
left join groups g on g.thread_id = t.id
cross join lateral (
    select m.text, m.sender_id from unread_messages(t.id, p.user_id, p.read_seq, p.from_seq) m
    order by m.seq desc
    limit 1
) n
cross join lateral (
    select m.sent_at as first_at from unread_messages(t.id, p.user_id, p.read_seq, p.from_seq) m
    order by m.seq
    limit 1
) o
join users w on w.id = n.sender_id
cross join lateral (select count(*) - 1 as number from participants q where q.thread_id = t.id) others
left join lateral (
    select array_agg(coalesce(first.full_name, first.name) order by first.name) as names
    from (
        select x.name, x.full_name from participants q join users x on x.id = q.user_id
        where q.thread_id = t.id and q.user_id <> p.user_id
        order by x.name limit 4
    ) first
) named on g.title is null
where p.user_id = %(user_id)s::bigint and u.until is null and t.last_seq - p.read_seq - p.sent_unread > 0
order by t.last_message_at desc, t.id desc;

-- execute_idempotent: settle_digest
-- What became of one: mailed; to be looked at again after `wait` seconds; or neither. An address that was refused for
-- good is remembered.
with refused as (
    update notification_choices set refused_email = %(refused_email)s::text
    where user_id = %(user_id)s::bigint and %(refused_email)s::text is not null
)
update digests
set due_at = now() + %(wait)s::float8 * interval '1 second', tries = case when %(is_mailed)s then 0 else tries + 1 end,
    mailed_at = case when %(is_mailed)s then now() else mailed_at end,
    mailed_reads = case
        when %(is_mailed)s then (select sum(p.read_seq) from participants p where p.user_id = %(user_id)s::bigint)
        else mailed_reads
    end
where user_id = %(user_id)s::bigint;
