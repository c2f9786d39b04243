-- name: block
-- Under the lock of the thread of the two, if they have one: nothing is stored there after this.
select id from threads
where pair_low = least(%(blocker_id)s::bigint, %(blocked_id)s::bigint)
  and pair_high = greatest(%(blocker_id)s::bigint, %(blocked_id)s::bigint)
for no key update;
insert into blocks (blocker_id, blocked_id) values (%(blocker_id)s, %(blocked_id)s) on conflict do nothing;

-- name: unblock
delete from blocks where blocker_id = %(blocker_id)s and blocked_id = %(blocked_id)s;

-- name: is_blocked
select 1 from blocks where blocker_id = %(blocker_id)s and blocked_id = %(blocked_id)s;

-- name: blocked_by
-- Whom a person has blocked, by name.
select u.id, u.name from blocks k join users u on u.id = k.blocked_id
where k.blocker_id = %(user_id)s and u.deleted_at is null
order by u.name_key;
