-- execute_once: add_api_key
-- Stores a new key; no row if the name is in use.
insert into api_keys (name, key_hash, scopes)
values (%(name)s, %(key_hash)s, %(scopes)s::text[])
on conflict (name) do nothing
returning name;

-- query: api_keys
select name, scopes, made_at, used_at from api_keys order by name;

-- execute_once: end_api_key
delete from api_keys where name = %(name)s returning name;

-- execute_idempotent: use_api_keys
-- The keys with these hashes; notes the hour of their use, which writes once an hour.
update api_keys set used_at = date_trunc('hour', now(), 'UTC')
where key_hash = any(%(key_hashes)s::text[]) and used_at is distinct from date_trunc('hour', now(), 'UTC');
select key_hash, name, scopes from api_keys where key_hash = any(%(key_hashes)s::text[]);
