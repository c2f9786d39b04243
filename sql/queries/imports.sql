-- query: imported_people
-- Which users these people of the site became; also users deleted since.
select source_id, user_id from imported_people
where issuer = %(issuer)s::text and source_id = any(%(source_ids)s::bigint[]);

-- execute_idempotent: remember_people
-- Remembers which users these people of the site became, and disables the `disabled_ids` among them. Identities with
-- `no_subjects` were for the making only: no token of the site opens these accounts.
insert into imported_people (issuer, source_id, user_id)
select %(issuer)s::text as issuer, source_id, user_id
from unnest(%(source_ids)s::bigint[], %(user_ids)s::bigint[]) as p (source_id, user_id)
on conflict do nothing;
update users set disabled_at = now() where id = any(%(disabled_ids)s::bigint[]) and disabled_at is null;
delete from identities where issuer = %(issuer)s::text and subject = any(%(no_subjects)s::text[]);

-- query: imported_pairs
-- The one-to-one thread of each two of the people, null if there is none, in their order.
select p.place, t.id as thread_id
from unnest(%(firsts)s::bigint[], %(seconds)s::bigint[]) with ordinality as p (one, other, place)
left join imported_people a on a.issuer = %(issuer)s::text and a.source_id = p.one
left join imported_people b on b.issuer = %(issuer)s::text and b.source_id = p.other
left join threads t
    on t.pair_low = least(a.user_id, b.user_id) and t.pair_high = greatest(a.user_id, b.user_id)
order by p.place;

-- execute_idempotent: make_imported_pairs
-- Makes the one-to-one threads of two people that are missing, in an order in which two imports cannot deadlock.
with made as (
    insert into threads (pair_low, pair_high)
    select least(a.user_id, b.user_id) as pair_low, greatest(a.user_id, b.user_id) as pair_high
    from unnest(%(firsts)s::bigint[], %(seconds)s::bigint[]) as p (one, other)
    join imported_people a on a.issuer = %(issuer)s::text and a.source_id = p.one
    join imported_people b on b.issuer = %(issuer)s::text and b.source_id = p.other
    where a.user_id <> b.user_id
    order by pair_low, pair_high
    on conflict do nothing
    returning id, pair_low, pair_high
)
insert into participants (thread_id, user_id)
select id, unnest(array[pair_low, pair_high]) as user_id from made;

-- query: imported_groups
-- The groups that these threads of the site became; null for one erased since.
select source_id, thread_id from imported_groups
where issuer = %(issuer)s::text and source_id = any(%(source_ids)s::bigint[]);

-- execute_idempotent: make_imported_groups
-- Makes the groups that were never made, each with its people but those deleted here, without an owner. The first
-- statement makes a second import wait, so that it finds them.
select pg_advisory_xact_lock(4271003);
with wanted as (
    select w.source_id, new_thread_id() as thread_id
    from unnest(%(source_ids)s::bigint[]) as w (source_id)
    where not exists (
        select from imported_groups g where g.issuer = %(issuer)s::text and g.source_id = w.source_id
    )
), made as (
    insert into threads (id) overriding system value select thread_id from wanted
), described as (
    insert into groups (thread_id, history) select thread_id, 'all' as history from wanted
), joined as (
    insert into participants (thread_id, user_id)
    select distinct w.thread_id, u.id
    from unnest(%(seat_threads)s::bigint[], %(seat_people)s::bigint[]) as s (source_id, person)
    join wanted w on w.source_id = s.source_id
    join imported_people p on p.issuer = %(issuer)s::text and p.source_id = s.person
    join users u on u.id = p.user_id and u.deleted_at is null
)
insert into imported_groups (issuer, source_id, thread_id)
select %(issuer)s::text as issuer, source_id, thread_id from wanted;

-- query: new_messages
-- What `import_messages` would add to these threads (null: a thread that is still to be made): how many messages, and
-- the ids there of those that would get another time.
with batch as (
    select b.*, i.user_id, 'epoch'::timestamptz + b.at * interval '1 microsecond' as asked_at
    from unnest(
        %(thread_ids)s::bigint[], %(senders)s::bigint[], %(client_ids)s::uuid[], %(times)s::bigint[],
        %(source_ids)s::bigint[]
    ) as b (thread_id, sender, client_id, at, source_id)
    left join imported_people i on i.issuer = %(issuer)s::text and i.source_id = b.sender
)
select count(*) as added,
       coalesce(array_agg(b.source_id order by b.source_id) filter (
           where greatest(least(b.asked_at, now()), l.sent_at) <> b.asked_at
       ), '{}') as redated
from batch b
left join threads t on t.id = b.thread_id
left join messages l on l.thread_id = t.id and l.seq = t.last_seq
where not exists (select from messages m where m.sender_id = b.user_id and m.client_id = b.client_id);

-- execute_idempotent: import_messages
-- Adds messages to threads, each thread's in the order of the batch, in one transaction; the known ones are left out.
-- Locks the threads first, as `store_messages` does. A message that is older than the one before it gets that one's
-- time, and one from the future the present: times rise with the numbers. For whom nothing was unread, nothing is; the
-- counts of the others stay. Returns for each thread of the batch how many were added, the ids there of those that got
-- another time, and the users who take part.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
with batch as (
    select b.*, i.user_id as sender_id, 'epoch'::timestamptz + b.at * interval '1 microsecond' as asked_at
    from unnest(
        %(thread_ids)s::bigint[], %(senders)s::bigint[], %(client_ids)s::uuid[], %(texts)s::text[],
        %(times)s::bigint[], %(source_ids)s::bigint[]
    ) with ordinality as b (thread_id, sender, client_id, text, at, source_id, place)
    join imported_people i on i.issuer = %(issuer)s::text and i.source_id = b.sender
), fresh as (
    select b.*, t.last_seq, row_number() over (partition by b.thread_id order by b.place) as number,
           greatest(least(b.asked_at, now()), l.sent_at) as sent_at
    from batch b
    join threads t on t.id = b.thread_id
    left join messages l on l.thread_id = t.id and l.seq = t.last_seq
    where not exists (select from messages m where m.sender_id = b.sender_id and m.client_id = b.client_id)
), stored as (
    insert into messages (thread_id, seq, sender_id, client_id, text, sent_at, flags)
    select thread_id, last_seq + number, sender_id, client_id, text, sent_at, 4 from fresh
), totals as (
    select thread_id, last_seq, count(*) as number, max(sent_at) as last_at,
           coalesce(array_agg(source_id order by source_id) filter (where sent_at <> asked_at), '{}') as redated
    from fresh
    group by thread_id, last_seq
), grown as (
    update threads t
    set last_seq = n.last_seq + n.number,
        last_message_at = greatest(n.last_at, case when n.last_seq > 0 then t.last_message_at end)
    from totals n
    where t.id = n.thread_id
), counted as (
    update participants p
    set sent = p.sent + coalesce(own.number, 0),
        read_seq = case when n.last_seq - p.read_seq - p.sent_unread = 0 then n.last_seq + n.number else p.read_seq end,
        sent_unread = case when n.last_seq - p.read_seq - p.sent_unread = 0 then 0 else p.sent_unread + n.number end
    from totals n
    join participants q on q.thread_id = n.thread_id
    left join (
        select thread_id, sender_id, count(*) as number from fresh group by thread_id, sender_id
    ) own on own.thread_id = q.thread_id and own.sender_id = q.user_id
    where p.thread_id = q.thread_id and p.user_id = q.user_id
)
select b.thread_id, coalesce(n.number, 0) as added, coalesce(n.redated, '{}') as redated,
       (select array_agg(p.user_id) from participants p where p.thread_id = b.thread_id) as user_ids
from (select distinct thread_id from batch) b
left join totals n on n.thread_id = b.thread_id;

-- query: miscounted_threads
-- Those of these threads whose counters do not say what is stored: the last number, what each of those who were in it
-- from the start has sent, what is unread.
select t.id
from threads t
cross join lateral (
    select count(*) as number, coalesce(max(m.seq), 0) as last from messages m where m.thread_id = t.id
) stored
where t.id = any(%(thread_ids)s::bigint[])
  and (
      stored.number <> t.last_seq or stored.last <> t.last_seq
      or exists (
          select from participants p
          left join (
              select sender_id, count(*) as number from messages m where m.thread_id = t.id group by sender_id
          ) own on own.sender_id = p.user_id
          where p.thread_id = t.id and p.joined_change is null and p.sent <> coalesce(own.number, 0)
      )
      or exists (
          select from participants p
          where p.thread_id = t.id
            and p.sent_unread <> (
                select count(*) from messages m
                where m.thread_id = t.id and m.seq > p.read_seq
                  and (m.sender_id = p.user_id or coalesce(m.flags & 4, 0) = 4
                       or m.text = '' and coalesce(m.flags & 2, 0) = 0)
            )
      )
  )
order by t.id;
