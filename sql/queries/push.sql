-- Browsers that get pushes. A subscription ends with its session, but not when that only ran out.

-- execute_idempotent: put_push_subscription
-- Subscribes the browser of a session, in place of what it had; of a user's subscriptions only the `most` newest stay.
-- No row if the endpoint is known with other keys: then nothing is done. A known one passes to this session, as a new
-- one if it was another user's. The second statement sees what another request of the user has done.
select id from users where id = %(user_id)s::bigint and deleted_at is null for no key update;
with fits as (
    select not exists (
        select from push_subscriptions
        where endpoint = %(endpoint)s and (p256dh, auth) is distinct from (%(p256dh)s::bytea, %(auth)s::bytea)
    ) as yes
), kept as (
    select id from push_subscriptions
    where user_id = %(user_id)s::bigint and endpoint <> %(endpoint)s and session_key <> %(session_key)s
    order by made_at desc, id desc
    limit %(most)s::bigint - 1
)
delete from push_subscriptions s
using fits
where fits.yes
  and (
      (s.user_id = %(user_id)s::bigint and s.endpoint <> %(endpoint)s and s.id not in (select id from kept))
      or (s.user_id <> %(user_id)s::bigint and (s.endpoint = %(endpoint)s or s.session_key = %(session_key)s))
  );
insert into push_subscriptions as s (user_id, session_key, endpoint, p256dh, auth, vapid_key, browser, language)
select %(user_id)s::bigint, %(session_key)s, %(endpoint)s, %(p256dh)s::bytea, %(auth)s::bytea, %(vapid_key)s,
       %(browser)s, %(language)s
from users where id = %(user_id)s::bigint and deleted_at is null
on conflict (endpoint) do update
set session_key = excluded.session_key, browser = excluded.browser, language = excluded.language, visited_at = now()
where s.user_id = excluded.user_id and (s.p256dh, s.auth) = (excluded.p256dh, excluded.auth)
returning id;

-- execute_idempotent: visit_push_subscription
-- Whether the browser of a session is subscribed, under a key that we still have; notes that it was here, and its
-- language.
with visited as (
    update push_subscriptions set visited_at = now(), language = %(language)s
    where session_key = %(session_key)s and user_id = %(user_id)s::bigint
      and (visited_at < now() - interval '1 hour' or language <> %(language)s)
)
select id from push_subscriptions
where session_key = %(session_key)s and user_id = %(user_id)s::bigint and vapid_key = any(%(vapid_keys)s::text[]);

-- query: push_subscriptions_of
-- The browsers of a user that get pushes, the newest first.
select id, session_key, browser, made_at, failure, failed_at
from push_subscriptions
where user_id = %(user_id)s::bigint
order by made_at desc, id desc;

-- execute_idempotent: end_push_subscription
-- Ends a subscription of a user, by its id.
delete from push_subscriptions where id = %(id)s::bigint and user_id = %(user_id)s::bigint;

-- execute_idempotent: end_push_subscriptions
-- Ends the subscriptions of sessions.
delete from push_subscriptions where session_key = any(%(session_keys)s::text[]);

-- execute_idempotent: end_push_subscriptions_of
-- Ends the subscriptions of a user, but for that of a session.
delete from push_subscriptions where user_id = %(user_id)s::bigint and session_key <> %(own_key)s;

-- execute_idempotent: pass_push_subscription_on
-- A browser has a new session: its subscription goes on if it is the same user's, else it ends.
delete from push_subscriptions
where session_key = %(old_key)s and (
    user_id <> %(user_id)s::bigint or exists (select from push_subscriptions where session_key = %(new_key)s)
);
update push_subscriptions set session_key = %(new_key)s, visited_at = now()
where session_key = %(old_key)s and user_id = %(user_id)s::bigint;

-- execute_idempotent: ask_for_trial_push
-- Asks for a push to all of a user's browsers now. No row if there is none.
update push_subscriptions set trial_at = now() where user_id = %(user_id)s::bigint returning id;

-- query: notification_choices
-- What a user's notifications show; no row: the default.
select coalesce(preview, 'text') as preview from notification_choices where user_id = %(user_id)s::bigint;

-- execute_idempotent: choose_preview
insert into notification_choices (user_id, preview) values (%(user_id)s::bigint, %(preview)s)
on conflict (user_id) do update set preview = excluded.preview;

-- query: subscribed_users
select distinct user_id from push_subscriptions;
