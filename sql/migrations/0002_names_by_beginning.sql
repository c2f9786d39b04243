-- Finds names by their beginning: compared byte by byte, whatever the database's collation.

-- squawk-ignore require-concurrent-index-creation
create index users_by_beginning on users (name_key text_pattern_ops);
