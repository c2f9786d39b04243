-- execute_idempotent: block
-- Takes the lock of their one-to-one thread, if there is one, so that nothing is stored there afterwards. No row unless
-- they share a thread or the block exists: the answer must not reveal whether a user of this id exists.
select id from threads
where pair_low = least(%(blocker_id)s::bigint, %(blocked_id)s::bigint)
  and pair_high = greatest(%(blocker_id)s::bigint, %(blocked_id)s::bigint)
for no key update;
insert into blocks (blocker_id, blocked_id)
select %(blocker_id)s, u.id from users u
where u.id = %(blocked_id)s and u.deleted_at is null
  and exists (select from participants p join participants o on o.thread_id = p.thread_id and o.user_id = u.id
              where p.user_id = %(blocker_id)s)
on conflict do nothing;
select 1 from blocks where blocker_id = %(blocker_id)s and blocked_id = %(blocked_id)s;

-- execute_idempotent: unblock
delete from blocks where blocker_id = %(blocker_id)s and blocked_id = %(blocked_id)s;

-- query: accepts_messages
-- A row unless the user has blocked the sender or deleted the account.
select 1 from users u
where u.id = %(user_id)s and u.deleted_at is null
  and not exists (select from blocks where blocker_id = u.id and blocked_id = %(sender_id)s);

-- query: blocked_by
-- The users whom a user has blocked, by name.
select u.id, u.name, u.full_name from blocks k join users u on u.id = k.blocked_id
where k.blocker_id = %(user_id)s and u.deleted_at is null
order by u.name_key;
