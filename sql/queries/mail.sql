-- Mails: an address is confirmed before anything else is sent to it.

-- query: mail_choices
-- What a user has chosen about mails, with the address that the site knows; one row.
select coalesce(c.digest, true) as digest, c.email, i.email as site_email, c.refused_email,
       (
           select o.email from confirmations o
           where o.user_id = u.id and o.asked_at > now() - interval '1 day'
           order by o.id desc
           limit 1
       ) as asked_email
from users u
left join notification_choices c on c.user_id = u.id
left join identities i on i.user_id = u.id
where u.id = %(user_id)s::bigint;

-- execute_idempotent: choose_digest
insert into notification_choices (user_id, digest, language) values (%(user_id)s::bigint, %(digest)s, %(language)s)
on conflict (user_id) do update set digest = excluded.digest, language = excluded.language;

-- execute_idempotent: forget_email
update notification_choices set email = null, refused_email = null where user_id = %(user_id)s::bigint;
delete from confirmations where user_id = %(user_id)s::bigint and asked_at < now() - interval '1 day';
update confirmations set token_hash = null, due_at = null where user_id = %(user_id)s::bigint;

-- execute_once: ask_for_confirmation
-- Has a mail sent to an address, to confirm it. No row: the user has asked for three in a day, or somebody for one to
-- this address in an hour. The first statement keeps two at once apart.
select pg_advisory_xact_lock(4271004, hashtext(lower(%(email)s::text)));
select id from users where id = %(user_id)s::bigint for no key update;
with asked as (
    select count(*) filter (where user_id = %(user_id)s::bigint and asked_at > now() - interval '1 day') as own,
           count(*) filter (
               where lower(email) = lower(%(email)s::text) and asked_at > now() - interval '1 hour'
           ) as here
    from confirmations
    where asked_at > now() - interval '1 day'
)
insert into confirmations (user_id, email, language)
select %(user_id)s::bigint, %(email)s::text, %(language)s from asked where own < 3 and here < 1
returning id;

-- query: find_confirmation
-- The address that a link confirms for a user, within a day.
select email from confirmations
where token_hash = %(token_hash)s and user_id = %(user_id)s::bigint and asked_at > now() - interval '1 day';

-- execute_idempotent: confirm_email
with found as (
    select email, language from confirmations
    where token_hash = %(token_hash)s and user_id = %(user_id)s::bigint and asked_at > now() - interval '1 day'
)
insert into notification_choices as c (user_id, email, language)
select %(user_id)s::bigint, email, language from found
on conflict (user_id) do update set email = excluded.email, language = excluded.language, refused_email = null
returning email;

-- execute_idempotent: look_at_digest
-- Somebody who could not be mailed now can be: has the courier look at what is unread already, but for what was mailed.
insert into digests as d (user_id, due_at) values (%(user_id)s::bigint, now())
on conflict (user_id) do update set due_at = excluded.due_at, tries = 0
where d.due_at is null
  and (
      d.mailed_at is null
      or d.mailed_reads is distinct from (select sum(p.read_seq) from participants p where p.user_id = d.user_id)
  );

-- query: find_mail_off
-- Whose mails a link ends.
select user_id from notification_choices where off_token = %(token)s::uuid;

-- execute_idempotent: end_mails
-- No row for a token of nobody.
update notification_choices set digest = false where off_token = %(token)s::uuid returning user_id;
