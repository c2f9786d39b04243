-- What names look like (UTS #39): names that look alike are one. The application computes it, since SQL cannot: when it
-- migrates, and again when somebody signs up, for names that a process from before the update made meanwhile.

alter table users add column name_skeleton text;            -- null: of somebody deleted, or not computed yet
-- squawk-ignore require-concurrent-index-creation
create index users_by_skeleton on users (name_skeleton) where name_skeleton is not null;
-- squawk-ignore require-concurrent-index-creation
create index users_without_skeleton on users (id) where name_skeleton is null and deleted_at is null;

alter table former_names add column name_skeleton text;     -- null: not computed yet
-- squawk-ignore require-concurrent-index-creation
create index former_names_by_skeleton on former_names (name_skeleton);
