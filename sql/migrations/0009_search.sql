-- Search: an index beside the messages, filled in the background. `messages` gets no index, no trigger, no column.

create extension if not exists pg_trgm;         -- parts of words, and words like a mistyped one
create extension if not exists btree_gin;       -- thread and word in one index
create extension if not exists fuzzystrmatch;   -- how many letters two words differ by

-- Words in their Russian and English forms, without stop words, so that "to be or not to be" is found. Words in ASCII
-- are English, others Russian, numbers as they are.
create text search dictionary chat_ru (template = snowball, language = russian);  -- noqa: PRS
create text search dictionary chat_en (template = snowball, language = english);
create text search configuration chat (copy = russian);
alter text search configuration chat alter mapping for asciiword, asciihword, hword_asciipart with chat_en;
alter text search configuration chat alter mapping for word, hword, hword_part with chat_ru;

-- A text as it is searched: compatibility forms are composed, ё is е, signs that would join words are spaces, and
-- invisible marks (accents of stress, soft hyphens, marks of direction) are left out. The first 100,000 characters.
create function search_text(text) returns text language sql immutable parallel safe
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

create table search_positions (         -- how far each thread is indexed; no row: not at all
    thread_id bigint primary key references threads on delete cascade,
    seq bigint not null,                -- up to this message
    change bigint not null              -- and up to this change
);

create table search_pieces (            -- a run of at most 64 messages of a thread; runs do not overlap
    thread_id bigint not null references search_positions on delete cascade,
    first_seq bigint not null,
    last_seq bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    words tsvector not null,            -- the stems in these messages; a position is the place of a message in the run
    primary key (thread_id, first_seq)
);
create index search_pieces_by_word on search_pieces using gin (thread_id, words) with (fastupdate = off);

create table search_words (             -- the words of all messages, to find those like another; shown to nobody
    word text primary key,
    stem text not null
);
create index search_words_by_part on search_words using gin (word gin_trgm_ops)
    with (gin_pending_list_limit = 256);  -- kB: new words are indexed together, and few wait for it

create table search_follower (          -- which process indexes: one row
    id boolean primary key default true check (id),
    holder uuid not null,
    until timestamptz not null          -- then another process may take over
);
