-- execute_idempotent: remember_origin
-- The site that this database belongs to is the first that asks.
insert into installation (origin) values (%(origin)s::text) on conflict (id) do nothing;

-- query: origin_of_installation
select origin from installation;

-- execute_idempotent: adopt
-- Gives the database to another site.
insert into installation (origin) values (%(origin)s::text)
on conflict (id) do update set origin = excluded.origin;

-- execute_idempotent: adopt_copy
-- The same for the copy of a site that goes on: removes all by which others get or send something, and counts it.
with hooks as (
    delete from webhooks returning id
), mails as (
    update notification_choices set email = null, refused_email = null, off_token = gen_random_uuid()
), asked as (
    delete from confirmations
), browsers as (
    delete from push_subscriptions returning id
), keys as (
    delete from api_keys returning name
), addresses as (
    update identities set email = null where email is not null returning subject
), adopted as (
    insert into installation (origin) values (%(origin)s::text)
    on conflict (id) do update set origin = excluded.origin
    returning id
)
select (select count(*) from hooks) as webhooks, (select count(*) from browsers) as browsers,
       (select count(*) from keys) as keys,
       (select count(*) from addresses)
       + (select count(*) from notification_choices where email is not null) as addresses
from adopted;

-- query: look_begins
-- The time; the oldest transaction that has not ended: what earlier ones stored, a look from now on sees; and since
-- when this server has been running: one that takes its place may give the same numbers to other transactions.
select now() as at, pg_snapshot_xmin(pg_current_snapshot())::xid::text as horizon,
       pg_postmaster_start_time() as server_started_at;
