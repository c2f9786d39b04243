-- Parts of the query find_messages, which would be too long with them.

-- The messages among 64 of a piece, as bits, that may have a stem: `start` is 0 for the first 64, 96 for the next.
create function search_mark(marks bigint[], start int, stem int) returns bigint language sql immutable parallel safe
return
    marks[start + 1 + (hashint4(stem) & 1023) % 96]
    & marks[start + 1 + (hashint4(stem) >> 10 & 1023) % 96]
    & marks[start + 1 + (hashint4(stem) >> 20 & 1023) % 96];

-- Which of these stems each piece has; of these threads, or of all if `threads` is null.
create function search_stems_of_pieces(wanted int[], threads bigint[])
returns table (thread_id bigint, first_seq bigint, stems int[]) language sql stable parallel safe
begin atomic
    select s.thread_id, s.first_seq, array_agg(s.stem)
    from (
        select p.thread_id, p.first_seq, w.stem
        from unnest(threads) as t (thread_id)
        cross join unnest(wanted) as w (stem)
        cross join lateral (
            select p.thread_id, p.first_seq from search_pieces p
            where p.thread_id + 0 = t.thread_id and p.early::int[] || p.late @> array[w.stem]
            offset 0  -- as the index has it
        ) p
        union all
        select p.thread_id, p.first_seq, w.stem
        from unnest(wanted) as w (stem)
        cross join lateral (
            select p.thread_id, p.first_seq from search_pieces p
            where p.early::int[] || p.late @> array[w.stem]
            offset 0
        ) p
        where threads is null
    ) s
    group by s.thread_id, s.first_seq;
end;

-- The threads of each user, and how far they are indexed. What was indexed a moment ago does not count as indexed: the
-- stems may have been asked for before.
create view search_threads as
select p.user_id, p.thread_id, p.from_seq, t.last_seq, t.last_message_at, coalesce(i.seq, 0) as indexed,
       coalesce(i.change, 0) as indexed_change, coalesce(n.last_change, 0) as last_change
from participants p
join threads t on t.id = p.thread_id
left join lateral (
    select case when is_new then before_seq else seq end as seq,
           case when is_new then before_change else change end as change
    from (
        select *, moved_at > now() - interval '10 seconds' as is_new from search_positions where thread_id = p.thread_id
    ) i
) i on true
left join thread_changes n on n.thread_id = p.thread_id;
