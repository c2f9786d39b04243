-- query: words_of_terms
-- The words of typed terms, in order, each as it is typed, by its stem, and by the stem's number in the index, 0 if it
-- has none.
select t.place as term, w.lexeme as word, s.lexeme as stem,
       coalesce((select stem from search_words where key = hashtext(s.lexeme) limit 1), 0) as number
from unnest(%(terms)s::text[]) with ordinality as t (text, place)
cross join lateral ts_parse('default', search_text(t.text)) with ordinality as p (tokid, token, place)
cross join lateral unnest(to_tsvector('simple', p.token)) w
cross join lateral unnest(to_tsvector('chat', p.token)) s
where p.tokid <> 12  -- blanks
order by t.place, p.place;

-- query: stems_by_beginning
-- The numbers of stems whose words begin so: of "runni", that of "run".
select stem from search_words where word like %(beginning)s::text || '%' limit %(number)s::bigint;

-- query: similar_words
-- Words that fit one of the patterns, differ from a word by at most so many letters and have at least so many letters;
-- from the vocabulary, and from messages of this user that are not indexed yet.
with fresh as materialized (
    select distinct w.word
    from (
        select m.text
        from participants p
        join threads t on t.id = p.thread_id
        left join search_positions i on i.thread_id = p.thread_id
        cross join lateral (
            select text from messages
            where thread_id = p.thread_id and seq >= p.from_seq and seq > coalesce(i.seq, 0)
            order by seq desc
            limit %(fresh)s::bigint
        ) m
        where p.user_id = %(user_id)s::bigint and t.last_seq > coalesce(i.seq, 0)
        limit %(fresh)s
    ) m
    cross join lateral unnest(tsvector_to_array(to_tsvector('simple', search_text(m.text)))) as w (word)
), similar_words as (
    select w.word, w.stem
    from unnest(%(patterns)s::text[]) as known (pattern)
    cross join lateral (select word, stem from search_words where word like known.pattern) w
    union
    select f.word, coalesce(k.stem, 0) as stem
    from unnest(%(patterns)s) as unknown (pattern)
    join fresh f on f.word like unknown.pattern
    cross join lateral unnest(search_stems(f.word)) as s (stem)
    left join lateral (select stem from search_words where key = hashtext(s.stem) limit 1) k on true
)
select word, max(stem) as stem
from similar_words
where length(word) between %(shortest)s::int and %(longest)s::int
  and (%(letters)s::int < 0
       or length(word) <= 64 and levenshtein_less_equal(word, %(word)s::text, %(letters)s) <= %(letters)s)
group by word
order by length(word), word
limit %(number)s::bigint;

-- query: matching_words
-- The words of these messages of a participant that fit: by their stems, or as they are.
select distinct w.lexeme
from unnest(%(thread_ids)s::bigint[], %(seqs)s::bigint[]) as h (thread_id, seq)
join participants p on p.thread_id = h.thread_id and p.user_id = %(user_id)s::bigint and p.from_seq <= h.seq
join messages m on m.thread_id = h.thread_id and m.seq = h.seq
cross join lateral unnest(to_tsvector('simple', search_text(m.text))) w
where to_tsvector('chat', w.lexeme) @@ %(stems)s::tsquery or to_tsvector('simple', w.lexeme) @@ %(words)s::tsquery;
