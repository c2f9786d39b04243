-- Creates many users and threads at once, for tests and benchmarks. Refused in production.

-- execute_once: provision_users
insert into users (name, name_key, name_skeleton, password_hash)
select name, name as name_key, name_skeleton, %(password_hash)s
from unnest(%(names)s::text[], %(name_skeletons)s::text[]) as n (name, name_skeleton)
returning id, name, full_name;

-- execute_once: provision_threads
-- Creates a one-to-one thread for each pair of ids, or a group for nulls.
with made as (
    insert into threads (pair_low, pair_high, last_message_at)
    select least(a, b), greatest(a, b), now() - interval '1 hour'
    from unnest(%(firsts)s::bigint[], %(seconds)s::bigint[]) as p (a, b)
    returning id, pair_low
), described as (
    insert into groups (thread_id) select id from made where pair_low is null
)
select id from made order by id;

-- execute_once: provision_participants
-- Adds the participants, place by place, with everything read. The first of a group owns it.
insert into participants (thread_id, user_id, read_seq, sent, is_owner)
select thread_id, user_id, %(messages)s::bigint,
       greatest(0, (%(messages)s::bigint - 1 - place + %(people)s::bigint) / %(people)s::bigint),
       place = 0 and %(people)s::bigint > 2
from unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[], %(places)s::bigint[]) as p (thread_id, user_id, place);

-- execute_once: provision_messages
-- Fills each thread with messages from its participants in turn, a second apart, the last an hour ago.
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
select p.thread_id, seq, p.user_id, gen_random_uuid(), 'Message ' || seq,
       now() - interval '1 hour' - (%(messages)s::bigint - seq) * interval '1 second'
from generate_series(1, %(messages)s::bigint) as seq
join unnest(%(thread_ids)s::bigint[], %(user_ids)s::bigint[], %(places)s::bigint[]) as p (thread_id, user_id, place)
  on p.place = (seq - 1) % %(people)s::bigint;

-- execute_once: provision_last_seq
update threads set last_seq = %(messages)s::bigint where id = any(%(thread_ids)s::bigint[]);
