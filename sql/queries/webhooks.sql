-- The webhooks themselves, as their owner handles them.

-- execute_once: add_webhook
insert into webhooks (url, events, with_texts, secret)
values (%(url)s::text, %(events)s::text[], %(with_texts)s::boolean, %(secret)s::text)
returning id;

-- execute_once: rotate_webhook
-- Gives a webhook another secret; the one before signs too for a day. No row: no such webhook.
update webhooks
set former_secret = secret, former_until = clock_timestamp() + interval '24 hours', secret = %(secret)s::text
where id = %(id)s::bigint
returning id;

-- query: webhooks
-- All webhooks, with the number of threads in which something waits.
select h.id, h.url, h.events, h.with_texts, h.made_at, h.accepted_at, h.failing_since, h.failed_at, h.failure, h.off_at,
       (select count(*) from webhook_positions p where p.webhook_id = h.id and p.due_at is not null) as waiting
from webhooks h
order by h.id;

-- query: webhook_drops
-- The last dropped events of all webhooks, newest first.
select webhook_id, event, first_tried_at, dropped_at, failure
from webhook_drops
order by dropped_at desc
limit %(number)s::bigint;

-- execute_idempotent: remove_webhook
delete from webhooks where id = %(id)s::bigint returning id;

-- execute_idempotent: turn_on_webhook
-- Turns a webhook on and has it try at once, everything as for the first time. No row: no such webhook.
update webhook_positions
set due_at = clock_timestamp(), event = null, tries = 0, first_tried_at = null
where webhook_id = %(id)s::bigint and due_at is not null and claim is null;
update webhooks set off_at = null, failing_since = null where id = %(id)s returning id;

-- query: webhook_address
-- Where a webhook is, and the secrets that sign for it.
select url, array_remove(array[secret, case when former_until > clock_timestamp() then former_secret end], null)
       as secrets
from webhooks
where id = %(id)s::bigint;
