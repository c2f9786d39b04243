-- The index by thread and stem has the thread as an expression: with the bare column, PostgreSQL took the primary key
-- instead, and read the stems of all pieces of a thread.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

create index search_pieces_by_thread_and_stem on search_pieces using gin ((thread_id + 0), (early::int[] || late))
    with (gin_pending_list_limit = 512);  -- kB
-- Searches wait for this moment only, and not while the index is built.
drop index search_pieces_by_stem;
