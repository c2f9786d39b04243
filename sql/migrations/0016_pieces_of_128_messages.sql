-- The index of the search, smaller and quicker to write: a piece has up to 128 messages, and rows that are short give
-- the index by stem short lists. Its marks are 96 numbers for the first 64 messages, and 96 for the others. What was
-- indexed is indexed again in the background.
-- squawk-ignore-file ban-truncate-cascade, require-concurrent-index-creation

truncate search_positions, search_pieces;
alter table search_pieces set (toast_tuple_target = 128);  -- arrays out of line
alter index search_pieces_by_stem set (fastupdate = on, gin_pending_list_limit = 512);  -- noqa: PRS
create index search_words_by_word on search_words (hashtext(word));

-- What the last batch indexed is matched directly for a few seconds more: a search may have asked for the numbers of
-- its words just before.
alter table search_positions
    add column before_seq bigint not null default 0,
    add column before_change bigint not null default 0,
    add column moved_at timestamptz not null default '-infinity';
