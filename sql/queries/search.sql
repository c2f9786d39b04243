-- query: find_messages
-- The newest messages of a user's threads in which each term is found, before a place in the order of results. Every
-- hit is decided by its text as it is now; the index only says where to look. Looks into some of the newest pieces of
-- the threads, or, `by_stem`, of those that have all of some stems and one of others: down to the moment `floor`, null
-- if there are no more; and into what is not indexed yet. `stems` of the same `slots` stand for one word. One row
-- without a message if nothing is found.
with mine as materialized (
    select * from search_threads
    where user_id = %(user_id)s::bigint
      and (%(thread_id)s::bigint is null or thread_id = %(thread_id)s)
      and last_message_at >= %(since)s::timestamptz
), effort as materialized (
    -- Of more than 64 threads at least one piece of each: with fewer, little would be complete down to any moment.
    -- Where marks rule out little, each thread's newest messages instead: `of_piece` times the pieces, shared by the
    -- threads.
    select threads, pieces, least(pieces, greatest(2, 2 * pieces / greatest(threads, 1))) as of_each,
           case when threads > 64 and not %(by_stem)s::boolean and %(pieces)s < threads and %(of_piece)s > 0
                then greatest(%(of_piece)s::bigint * %(pieces)s / threads, 1) end as messages
    from (
        select count(*) as threads, greatest(%(pieces)s::bigint, case when count(*) > 64 then count(*) end) as pieces
        from mine
    ) e
), recent as materialized (
    -- The newest pieces are in as many threads at most, and in those where something was sent last.
    select least(last_message_at, %(before_at)s::timestamptz) as moment
    from mine
    order by moment desc
    limit 1 offset (select pieces from effort)
), newest as materialized (
    select s.thread_id, m.newest_from as from_seq, s.first_seq, s.first_at, s.last_at
    from (select *, greatest(from_seq, last_seq - (select messages from effort) + 1) as newest_from from mine) m
    cross join lateral (
        select thread_id, first_seq, first_at, last_at
        from search_pieces
        where thread_id = m.thread_id and last_seq >= m.newest_from and first_at <= %(before_at)s
        order by first_seq desc
        limit (select of_each from effort)
    ) s
    where not %(by_stem)s and ((select messages from effort) is null or %(all_of)s::int[] <> '{}')
      and m.last_message_at >= coalesce((select moment from recent), '-infinity')
), horizon as (
    -- Below it, pieces were left out: of a thread's many, and of threads that are not recent.
    select greatest(
        (
            select min(first_at) from newest
            group by thread_id having count(*) = (select of_each from effort)
            order by min(first_at) desc limit 1
        ),
        (select max(last_message_at) from mine where last_message_at < (select moment from recent)),
        (
            select max(g.sent_at)
            from mine m
            join messages g on g.thread_id = m.thread_id and g.seq = m.last_seq - (select messages from effort)
            where g.seq >= m.from_seq
        ),
        '-infinity'
    ) as moment
    where not %(by_stem)s
), ranked as materialized (
    select s.*, row_number() over (order by s.last_at desc) as place
    from (
        select thread_id, from_seq, first_seq, last_at from newest
        where last_at > (select moment from horizon)
        union all
        select s.thread_id, m.from_seq, s.first_seq, s.last_at
        from mine m
        cross join lateral (
            select thread_id, first_seq, last_at
            from search_pieces
            where thread_id + 0 = m.thread_id  -- as the index has it
              and early::int[] || late @> %(all_of)s and early::int[] || late && %(any_of)s::int[]
              and last_seq >= m.from_seq
              and first_at <= %(before_at)s and last_at >= %(since)s and first_at < %(until)s::timestamptz
            offset 0  -- by thread and stem, however small the table was when this was planned
        ) s
        where %(by_stem)s and (select threads from effort) <= 64
        union all
        -- Of many threads at once: one look-up of the stems in all threads is quicker than one in each.
        select s.thread_id, p.from_seq, s.first_seq, s.last_at
        from (
            select thread_id, first_seq, last_seq, last_at
            from search_pieces
            where early::int[] || late @> %(all_of)s and early::int[] || late && %(any_of)s
              and first_at <= %(before_at)s and last_at >= %(since)s and first_at < %(until)s
            offset 0
        ) s
        join participants p on p.thread_id = s.thread_id and p.user_id = %(user_id)s and p.from_seq <= s.last_seq
        where %(by_stem)s and (select threads from effort) > 64
    ) s
), asked as materialized (
    -- `place` of a word that only one stem stands for: its place among such words; else null.
    select a.slot, a.stem, l.place
    from unnest(%(stems)s::int[], %(slots)s::int[]) as a (stem, slot)
    left join (
        select slot, row_number() over (order by slot) as place
        from unnest(%(slots)s::int[]) as s (slot) group by slot having count(*) = 1
    ) l on l.slot = a.slot
), first_two as materialized (
    select min(stem) filter (where place = 1) as one, min(stem) filter (where place = 2) as two from asked
), others as materialized (
    select slot, stem, place from asked where coalesce(place, 3) > 2
), present as materialized (
    -- Of several stems for a word a piece has few, and marks let some messages pass for each that is looked for.
    select s.*
    from search_stems_of_pieces(
        array(select stem from others where place is null),
        case when (select threads from effort) <= 64 then array(select thread_id from mine) end
    ) s
    where %(by_stem)s and exists (select from ranked)
), looked_into as materialized (
    -- The messages of each 64 of a piece that seem to have all words, as bits. Two words that stand alone are looked
    -- for first, since that is quick, and leaves little for the others.
    select s.thread_id, s.from_seq, s.first_seq, s.last_seq, s.began, s.pace, s.mark & (
        select case when count(*) < (select count(distinct slot) from others) then 0
                    else coalesce(bit_and(w.mark), -1) end
        from (
            select bit_or(search_mark(s.marks, s.start, stem)) as mark
            from others
            where place is not null or not %(by_stem)s or stem = any(s.stems)
            group by slot
        ) w
    ) as mark
    from (
        select s.thread_id, s.from_seq, s.first_seq + 64 * q.start / 96 as first_seq, s.last_seq, s.marks, s.stems,
               q.start, s.began + s.pace * (64 * q.start / 96) as began, s.pace,
               coalesce(search_mark(s.marks, q.start, f.one), -1)
               & coalesce(search_mark(s.marks, q.start, f.two), -1) as mark
        from (
            select s.thread_id, r.from_seq, s.first_seq, s.last_seq, s.marks || '{}' as marks, p.stems,  -- read once
                   extract(epoch from s.first_at)::float8 as began,
                   extract(epoch from s.last_at - s.first_at)::float8 / greatest(s.last_seq - s.first_seq, 1) as pace
            from ranked r
            join search_pieces s on s.thread_id = r.thread_id and s.first_seq = r.first_seq
            left join present p on p.thread_id = r.thread_id and p.first_seq = r.first_seq
            where r.place <= (select pieces from effort)
            offset 0
        ) s
        cross join first_two f
        join (values (0), (96), (192), (288)) as q (start)
            on q.start <= 96 * ((s.last_seq - s.first_seq) / 64) and s.first_seq + 64 * q.start / 96 + 63 >= s.from_seq
        offset 0
    ) s
    where s.mark <> 0
), candidates as materialized (
    -- `at`: about when the message was sent, as if those of a piece were sent at equal times.
    select h.thread_id, h.from_seq, h.first_seq + n.place as seq, h.began + h.pace * n.place as at
    from (select * from looked_into where mark <> 0 offset 0) h
    join (values (0), (8), (16), (24), (32), (40), (48), (56)) as b (place) on h.mark >> b.place & 255 <> 0
    cross join lateral generate_series(b.place, b.place + 7) as n (place)  -- of few bytes; most are 0
    where h.mark >> n.place & 1 = 1 and h.first_seq + n.place <= h.last_seq
), cut as materialized (
    -- Of many threads at once the newest candidates are read alone, since the pieces of many reach far back.
    select at from candidates
    where at <= extract(epoch from %(before_at)s)::float8
    order by at desc
    limit 1 offset (select case when threads > 64 then greatest(2500, 2 * %(pieces)s) else 1000000 end from effort)
), left_out as (
    select max(g.sent_at) as moment
    from messages g
    where (g.thread_id, g.seq) in (
        select thread_id, max(seq) from candidates
        where at < (select at from cut) and seq >= from_seq group by thread_id
    )
), bounds as (
    select least(%(before_at)s, greatest(
        (select moment from horizon),
        (select last_at from ranked where place = (select pieces from effort) + 1),
        (select moment from left_out),
        '-infinity'
    )) as moment
), places as (
    select thread_id, from_seq, seq from candidates
    where at >= coalesce((select at from cut), '-infinity')
    union all
    select m.thread_id, m.from_seq, g.seq
    from mine m
    cross join lateral generate_series(
        greatest(m.from_seq, m.last_seq - (select messages from effort) + 1), m.last_seq
    ) g (seq)
    where (select messages from effort) > 0 and %(all_of)s = '{}'
    union all
    (
        select m.thread_id, m.from_seq, g.seq
        from mine m
        cross join lateral generate_series(
            greatest(m.indexed + 1, m.from_seq, m.last_seq - %(fresh)s::bigint + 1), m.last_seq
        ) g (seq)
        where m.last_seq > m.indexed
        order by m.last_message_at desc
        limit %(fresh)s
    )
    union all
    (
        select m.thread_id, m.from_seq, c.seq
        from mine m
        cross join lateral (
            select seq from changed_messages
            where thread_id = m.thread_id and change > m.indexed_change
            order by change desc limit %(fresh)s
        ) c
        where m.last_change > m.indexed_change
        limit %(fresh)s
    )
), hits as (
    select c.*
    from (
        select distinct on (g.sent_at, g.thread_id, g.seq)  -- a hash of the places would be made for a million
               g.thread_id, g.seq, g.client_id, g.sender_id, g.text, g.sent_at, g.flags, g.reply_to
        from places p
        join messages g on g.thread_id = p.thread_id and g.seq = p.seq
        where p.seq >= p.from_seq
          and g.text <> ''
          and g.sent_at > (select moment from bounds)
          and g.sent_at >= %(since)s and g.sent_at < %(until)s
          and (g.sent_at, g.thread_id, g.seq) < (%(before_at)s, %(before_thread)s::bigint, %(before_seq)s::bigint)
          and (%(sender_id)s::bigint is null or g.sender_id = %(sender_id)s)
        order by g.sent_at desc, g.thread_id desc, g.seq desc
        offset 0
    ) c
    cross join lateral (
        select text from (select search_text(c.text) as text limit 1) s  -- computes it once
        where lower(text) ~ all(%(hints)s::text[])  -- quicker than what follows
    ) t
    cross join lateral (select to_tsvector('chat', t.text) as stems limit 1) v
    where not exists (
        select from unnest(%(by_stems)s::tsquery[], %(by_words)s::tsquery[]) as q (stem, word)
        where not (v.stems @@ q.stem or numnode(q.word) > 0 and to_tsvector('simple', t.text) @@ q.word)
    )
      and not v.stems @@ %(without)s::tsquery
      and (%(is_closest)s::boolean or exists (
        select from unnest(%(closer_by_stems)s::tsquery[], %(closer_by_words)s::tsquery[]) as q (stem, word)
        where not (v.stems @@ q.stem or numnode(q.word) > 0 and to_tsvector('simple', t.text) @@ q.word)
    ))
    limit %(number)s::bigint
)
select nullif((select moment from bounds), '-infinity') as floor, s.waiting,
       h.thread_id, h.seq, h.client_id, h.sender_id, u.name as sender_name, u.full_name as sender_full_name, h.text,
       h.sent_at, h.flags, h.reply_to
from (
    select coalesce(sum(greatest(last_seq - greatest(indexed, from_seq - 1), 0)
                        + greatest(last_change - indexed_change, 0)), 0)::bigint as waiting
    from mine
) s
left join hits h on true
left join users u on u.id = h.sender_id
order by h.sent_at desc, h.thread_id desc, h.seq desc;
