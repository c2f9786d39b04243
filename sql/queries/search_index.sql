-- execute_idempotent: claim_indexing
-- Makes this process the one that indexes, for some seconds; no row if another one is.
insert into search_follower as f (holder, until)
values (%(holder)s::uuid, clock_timestamp() + %(seconds)s::float8 * interval '1 second')
on conflict (id) do update set holder = excluded.holder, until = excluded.until
where f.holder = excluded.holder or f.until < clock_timestamp()
returning f.holder::text;

-- execute_idempotent: release_indexing
update search_follower set until = '-infinity' where holder = %(holder)s::uuid;

-- query: index_backlog
-- Those of these threads that are not indexed to the end: how far they are, and how far they go.
select t.id as thread_id, coalesce(p.seq, 0) as seq, coalesce(p.change, 0) as change, t.last_seq,
       coalesce(n.last_change, 0) as last_change
from threads t
left join search_positions p on p.thread_id = t.id
left join thread_changes n on n.thread_id = t.id
where t.id = any(%(thread_ids)s::bigint[])
  and (t.last_seq > coalesce(p.seq, 0) or coalesce(n.last_change, 0) > coalesce(p.change, 0))
order by t.id;

-- query: changed_pieces
-- The next changed messages of a thread after a change, each with the piece that holds it; null: not indexed yet.
select c.change, s.first_seq, s.last_seq
from changed_messages c
left join lateral (
    select first_seq, last_seq from search_pieces
    where thread_id = c.thread_id and first_seq <= c.seq
    order by first_seq desc
    limit 1
) s on s.last_seq >= c.seq
where c.thread_id = %(thread_id)s::bigint and c.change > %(after)s::bigint
order by c.change
limit %(number)s::bigint;

-- execute_idempotent: index_messages
-- Indexes runs of messages as they are now, in place of what the index had of them, and moves the positions of their
-- threads. The second statement waits for another process at the same work; the third sees what that one did: it does
-- nothing if this process indexes no more, or for a thread whose position is not the one expected.
insert into search_positions (thread_id, seq, change)
select t.id, 0, 0 from threads t where t.id = any(%(thread_ids)s::bigint[])
on conflict do nothing;
select from search_follower where holder = %(holder)s::uuid for update;
with moving as (
    select p.thread_id, m.seq, m.change
    from unnest(
        %(thread_ids)s::bigint[], %(old_seqs)s::bigint[], %(old_changes)s::bigint[], %(seqs)s::bigint[],
        %(changes)s::bigint[]
    ) as m (thread_id, old_seq, old_change, seq, change)
    join search_positions p on p.thread_id = m.thread_id and p.seq = m.old_seq and p.change = m.old_change
    where exists (select from search_follower where holder = %(holder)s)
), runs as (
    select r.thread_id, r.first_seq, r.last_seq
    from unnest(%(run_threads)s::bigint[], %(firsts)s::bigint[], %(lasts)s::bigint[])
        as r (thread_id, first_seq, last_seq)
    join moving using (thread_id)
), texts as materialized (
    select r.thread_id, r.first_seq, m.seq, m.sent_at, to_tsvector('simple', search_text(m.text)) as words
    from runs r
    join messages m on m.thread_id = r.thread_id and m.seq between r.first_seq and r.last_seq
), pieces as materialized (
    select thread_id, first_seq, max(seq) as last_seq, min(sent_at) as first_at, max(sent_at) as last_at
    from texts
    group by thread_id, first_seq
), tokens as materialized (
    select t.thread_id, t.first_seq, (t.seq - t.first_seq)::int as place, w.word
    from texts t
    cross join lateral unnest(tsvector_to_array(t.words)) as w (word)
), looked_up as materialized (
    select w.word, w.uses, k.stem
    from (select word, count(*) as uses from tokens group by word) w
    left join lateral (
        select stem from search_words
        where hashtext(word) = hashtext(left(w.word, 200))
          and word || '' = left(w.word, 200)  -- by its hash: the index of parts would be slower
        offset 0  -- one look-up for each word, whatever the size of the table
    ) k on true
), unknown as materialized (
    select w.word, w.uses, w.key, k.stem
    from (
        select w.word, w.uses, hashtext(s.stem) as key
        from looked_up w
        cross join lateral unnest(search_stems(w.word)) as s (stem)
        where w.stem is null
    ) w
    left join lateral (
        select stem from search_words where key = w.key
        limit 1
    ) k on true
), new_stems as (
    select key, (select coalesce(max(stem), 0) from search_words) + row_number() over (order by sum(uses) desc) as stem
    from unknown
    where stem is null
    group by key
), new_words as materialized (
    select u.word, u.key, coalesce(u.stem, n.stem::int) as stem
    from unknown u
    left join new_stems n on n.key = u.key
), words as materialized (
    select word, stem from looked_up where stem is not null
    union all
    select word, stem from new_words
), found as materialized (
    select t.thread_id, t.first_seq, t.place / 64 as part, w.stem, bit_or(1::bigint << t.place % 64) as mark
    from tokens t
    join words w on w.word = t.word
    group by t.thread_id, t.first_seq, t.place / 64, w.stem
), hashed as materialized (
    select thread_id, first_seq, 96 * part as start, hashint4(stem) as hash, mark from found
), marks as (
    select thread_id, first_seq, array_agg(mark order by place) as marks
    from (
        select thread_id, first_seq, place, bit_or(mark) as mark
        from (
            select thread_id, first_seq, start + (hash & 1023) % 96 as place, mark from hashed
            union all
            select thread_id, first_seq, start + (hash >> 10 & 1023) % 96, mark from hashed
            union all
            select thread_id, first_seq, start + (hash >> 20 & 1023) % 96, mark from hashed
            union all
            select thread_id, first_seq, generate_series(0, ((last_seq - first_seq) / 64 * 96)::int + 95), 0
            from pieces
        ) m
        group by thread_id, first_seq, place
    ) m
    group by thread_id, first_seq
), stored as (
    insert into search_pieces as s (thread_id, first_seq, last_seq, first_at, last_at, early, late, marks)
    select p.thread_id, p.first_seq, p.last_seq, p.first_at, p.last_at, coalesce(f.early, '{}'),
           coalesce(f.late, '{}'), case when p.last_seq - p.first_seq >= 32 then m.marks end
    from pieces p
    left join (
        select thread_id, first_seq, array_agg(stem::smallint) filter (where stem < 32768) as early,
               array_agg(stem) filter (where stem >= 32768) as late
        from (select distinct thread_id, first_seq, stem from found) f
        group by thread_id, first_seq
    ) f using (thread_id, first_seq)
    left join marks m using (thread_id, first_seq)
    on conflict (thread_id, first_seq) do update
    set last_seq = excluded.last_seq, first_at = excluded.first_at, last_at = excluded.last_at,
        early = excluded.early, late = excluded.late, marks = excluded.marks
), replaced as (
    delete from search_pieces s using runs r
    where s.thread_id = r.thread_id and s.first_seq between r.first_seq and r.last_seq
      and not exists (select from pieces p where p.thread_id = s.thread_id and p.first_seq = s.first_seq)
), added as (
    insert into search_words (word, key, stem) select left(word, 200), key, stem from new_words
), gone as materialized (
    -- Stems that a run had, and that no message has any more: the vocabulary forgets deleted words.
    select o.stem
    from (
        select distinct unnest(s.early::int[] || s.late) as stem
        from search_pieces s
        join runs r on r.thread_id = s.thread_id and s.first_seq between r.first_seq and r.last_seq
    ) o
    where not exists (select from words n where n.stem = o.stem)
      and not exists (
        select from search_pieces s
        where s.early::int[] || s.late @> array[o.stem]
          and not exists (
            select from runs r where r.thread_id = s.thread_id and s.first_seq between r.first_seq and r.last_seq
        )
    )
), forgotten as (
    delete from search_words where stem = any(array(select stem from gone))
), moved as (
    update search_positions p
    set seq = m.seq, change = m.change, before_seq = p.seq, before_change = p.change, moved_at = clock_timestamp()
    from moving m
    where p.thread_id = m.thread_id
    returning p.thread_id
)
select thread_id from moved;
