-- The index of the search, smaller: stems are numbers. What was indexed is indexed again in the background.
-- squawk-ignore-file ban-drop-table, prefer-bigint-over-int, prefer-bigint-over-smallint

drop table search_pieces;
drop table search_words;
delete from search_positions;

create table search_words (             -- the words of all messages, to find those like another; shown to nobody
    word text not null,                 -- its first 200 letters: more cannot be typed
    key int not null,                   -- of its stem, to find the stem's number; two stems rarely share one
    stem int not null                   -- the number of its stem; in the order in which stems came, frequent ones early
);
create index search_words_by_key on search_words (key);
create index search_words_by_stem on search_words (stem);
create index search_words_by_part on search_words using gin (word gin_trgm_ops)
    with (gin_pending_list_limit = 256);  -- kB: new words are indexed together, and few wait for it

-- A database with the locale C folds no letters but those of ASCII, and takes quotes and dashes for letters: there,
-- Cyrillic is folded by this rule. Which one it is, is known when a query is planned.
create function search_text_by_locale(text) returns text language sql immutable parallel safe
return replace(replace(
    regexp_replace(regexp_replace(
        case
            when octet_length($1) > 200000 then normalize(left($1, 100000), nfkc)
            when $1 is nfkc normalized then $1
            else normalize($1, nfkc)
        end,
        '[-./\\@:_+&<>~?=#%*|`''"]', ' ', 'g'
    ), '[\u0300\u0301\u00AD\u200B-\u200F\u202A-\u202E\u2060\u2066-\u2069\uFEFF]', '', 'g'),
    'ё', 'е'), 'Ё', 'Е');
create or replace function search_text(text) returns text language sql immutable parallel safe
return case
    when lower('Я') = 'я' then search_text_by_locale($1)
    else translate(
        search_text_by_locale($1),
        'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ«»“”„‘’—–…', 'абвгдежзийклмнопрстуфхцчшщъыьэюя          '
    )
end;

-- The stems of a word, as the configuration `chat` has them; for words of letters without the cost of its parser.
create function search_stems(word text) returns text[] language sql immutable parallel safe
return case
    when $1 ~ '^[a-z]+$' then ts_lexize('chat_en', $1)
    when $1 ~ '^[а-я]+$' then ts_lexize('chat_ru', $1)
    else tsvector_to_array(to_tsvector('chat', $1))
end;

create table search_pieces (            -- a run of at most 64 messages of a thread; runs do not overlap
    thread_id bigint not null references search_positions on delete cascade,
    first_seq bigint not null,
    last_seq bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    early smallint[] not null,          -- the numbers of the stems in these messages, each once
    late int[] not null,                -- those of them that are no smallint
    -- Which message may have a stem: a Bloom filter of 64 bits for each message, turned on its side. The bits of a
    -- number are the messages of the run; a stem stands in three of the 64 numbers. Null for a few messages.
    marks bigint[],
    primary key (thread_id, first_seq)
);
create index search_pieces_by_stem on search_pieces using gin (thread_id, (early::int[] || late))
    with (fastupdate = off);
