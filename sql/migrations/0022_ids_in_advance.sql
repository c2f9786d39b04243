-- Ids that are needed before their rows are stored. The role that serves may use tables and no sequences
-- (deploy/postgresql.sql): these functions run as their owner.
create function new_user_id() returns bigint language sql security definer
return nextval('users_id_seq'::regclass);

create function new_thread_id() returns bigint language sql security definer
return nextval('threads_id_seq'::regclass);
