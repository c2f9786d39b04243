-- execute_idempotent: store_changes
-- Changes messages: a batch in one round trip and one transaction, with at most one change of a message. Two
-- statements, as in `store_messages`: the first locks the threads in the order of their ids, the second sees everything
-- committed before. Numbers follow the order of commits. `kinds`: edit, delete, react, unreact. No row: the user is no
-- participant, or is disabled. `outcome` is `changed`, `done` (the message already has the requested state) or the code
-- of a refusal.
select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;
with batch as (
    select * from unnest(
        %(thread_ids)s::bigint[], %(user_ids)s::bigint[], %(seqs)s::bigint[], %(kinds)s::text[], %(texts)s::text[],
        %(bases)s::bigint[], %(emojis)s::text[], %(listed)s::boolean[]
    ) with ordinality as b (thread_id, user_id, seq, kind, text, base, emoji, listed, place)
), found as (
    select b.*, m.sender_id, m.client_id, m.text as text_before, m.sent_at, c.change as change_before,
           c.text_change, c.edited_at as edited_before,
           p.is_owner and t.pair_low is null as owns,
           coalesce(m.seq >= p.from_seq, false) as is_visible,
           coalesce(m.flags & 2, 0) = 2 as has_files,
           m.text = '' and coalesce(m.flags & 2, 0) = 0 as is_deleted,
           coalesce(m.flags & 4, 0) = 4 as is_imported,
           other.deleted_at is not null
           or exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = b.user_id) as is_refused,
           r.user_id is not null as is_set
    from batch b
    join threads t on t.id = b.thread_id
    join participants p on p.thread_id = b.thread_id and p.user_id = b.user_id
    join users u on u.id = b.user_id and u.disabled_at is null and u.deleted_at is null
    left join users other on other.id = case b.user_id when t.pair_low then t.pair_high else t.pair_low end
    left join messages m on m.thread_id = b.thread_id and m.seq = b.seq
    left join changed_messages c on c.thread_id = b.thread_id and c.seq = b.seq
    left join reactions r
        on r.thread_id = b.thread_id and r.seq = b.seq and r.emoji = b.emoji and r.user_id = b.user_id
), judged as (
    -- The order of the checks is part of the contract (docs/protocol.md).
    select f.*, case
        when not f.is_visible then 'no_such_message'
        when f.kind = 'delete' then case
            when f.sender_id <> f.user_id and not f.owns then 'no_such_message'
            when f.is_deleted then 'done'
            when not f.owns and %(delete_window)s::float8 > 0
                 and clock_timestamp() > f.sent_at + %(delete_window)s * interval '1 second' then 'too_late'
            else 'changed' end
        when f.is_deleted then 'no_such_message'
        when f.kind = 'edit' then case
            when f.sender_id <> f.user_id then 'no_such_message'
            when f.text = '' and not f.has_files then 'no_text'
            when f.text_before = f.text then 'done'
            when f.is_refused then 'accepts_no_messages'
            when %(edit_window)s::float8 > 0
                 and clock_timestamp() > f.sent_at + %(edit_window)s * interval '1 second' then 'too_late'
            when f.text_change > f.base then 'changed_meanwhile'
            else 'changed' end
        when f.is_set = (f.kind = 'react') then 'done'
        when f.kind = 'unreact' then 'changed'
        when not f.listed then 'bad_reaction'
        when f.is_refused then 'accepts_no_messages'
        else 'changed' end as outcome
    from found f
), changes as (
    select j.*, coalesce(n.last_change, 0) + row_number() over of_thread as change,
           row_number() over of_thread = 1 as is_first, clock_timestamp() as at
    from judged j
    left join thread_changes n on n.thread_id = j.thread_id
    where j.outcome = 'changed'
    window of_thread as (partition by j.thread_id order by j.place)
), numbered as (
    insert into thread_changes (thread_id, last_change, changed_at)
    select thread_id, max(change), clock_timestamp() from changes group by thread_id
    on conflict (thread_id) do update set last_change = excluded.last_change, changed_at = excluded.changed_at
), written as (
    update messages m
    set text = case c.kind when 'edit' then c.text when 'delete' then '' else m.text end,
        flags = coalesce(m.flags, 0) & case c.kind when 'delete' then ~2 else ~0 end | 1
    from changes c
    where m.thread_id = c.thread_id and m.seq = c.seq
      and (c.kind in ('edit', 'delete') or coalesce(m.flags & 1, 0) = 0)
), state as (
    insert into changed_messages as s (
        thread_id, seq, change, changed_at, text_change, edited_at, deleted_at, deleted_by, first_digest
    )
    select thread_id, seq, change, at, case when kind in ('edit', 'delete') then change else 0 end,
           case kind when 'edit' then at end, case kind when 'delete' then at end,
           case when kind = 'delete' and user_id <> sender_id then user_id end,
           case when kind in ('edit', 'delete') then %(key_id)s::bytea || sha256(%(outer_key)s::bytea || sha256(
               %(inner_key)s::bytea || convert_to(client_id::text || text_before, 'UTF8')
           )) end
    from changes
    on conflict (thread_id, seq) do update
    set change = excluded.change, changed_at = excluded.changed_at,
        text_change = greatest(s.text_change, excluded.text_change),
        edited_at = case when excluded.deleted_at is null then coalesce(excluded.edited_at, s.edited_at) end,
        deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by,
        first_digest = coalesce(s.first_digest, excluded.first_digest)
    returning thread_id, seq, edited_at, deleted_at
), added as (
    insert into reactions (thread_id, seq, emoji, user_id, change)
    select thread_id, seq, emoji, user_id, change from changes where kind = 'react'
), removed as (
    delete from reactions r using changes c
    where r.thread_id = c.thread_id and r.seq = c.seq
      and (c.kind = 'delete' or c.kind = 'unreact' and r.emoji = c.emoji and r.user_id = c.user_id)
), unlinked as (
    delete from files f using changes c where c.kind = 'delete' and f.thread_id = c.thread_id and f.seq = c.seq
), lowered as (
    update participants p set sent_unread = p.sent_unread + d.number
    from (
        select c.thread_id, q.user_id, count(*) as number
        from changes c
        join participants q on q.thread_id = c.thread_id and q.user_id <> c.sender_id and q.read_seq < c.seq
        where c.kind = 'delete' and not c.is_imported  -- those were never unread
        group by c.thread_id, q.user_id
    ) d, threads t
    where p.thread_id = d.thread_id and p.user_id = d.user_id and t.id = p.thread_id
    returning p.thread_id, p.user_id, p.read_seq, t.last_seq - p.read_seq - p.sent_unread as unread
)
select j.place, j.outcome, coalesce(c.change, j.change_before, 0) as change,
       case when c.kind = 'edit' then j.text else j.text_before end as text,
       coalesce(s.edited_at, j.edited_before) as edited_at, s.deleted_at,
       case when c.kind = 'delete' and j.user_id <> j.sender_id then u.name end as deleted_by_name,
       u.full_name as deleted_by_full_name,
       c.place is not null and c.kind in ('react', 'unreact') as reacted,
       r.reactions, t.last_seq,
       -- Only in the first row of each thread: its participants, and the unread counts that deletions lowered.
       a.user_ids, a.from_seqs, l.lowered
from judged j
join users u on u.id = j.user_id
left join changes c on c.place = j.place
left join state s on s.thread_id = c.thread_id and s.seq = c.seq
left join lateral (
    select json_agg(json_build_array(g.emoji, g.number, g.ids, g.mine)) as reactions
    from (
        select o.emoji, count(*) as number,
               (array_agg(o.user_id order by o.change))[1:%(listed_people)s::int] as ids,  -- noqa: PRS
               bool_or(o.user_id = c.user_id) as mine
        from (
            select r.emoji, r.user_id, r.change from reactions r
            where r.thread_id = c.thread_id and r.seq = c.seq
              and not (c.kind = 'unreact' and r.emoji = c.emoji and r.user_id = c.user_id)
            union all
            select c.emoji, c.user_id, c.change where c.kind = 'react'
        ) o
        group by o.emoji
    ) g
) r on c.kind <> 'delete'
left join threads t on t.id = c.thread_id
left join lateral (
    select array_agg(p.user_id) as user_ids, array_agg(p.from_seq) as from_seqs
    from participants p
    where p.thread_id = c.thread_id
) a on c.is_first
left join lateral (
    select json_agg(json_build_array(l.user_id, l.unread, l.read_seq)) as lowered
    from lowered l
    where l.thread_id = c.thread_id
) l on c.is_first
order by j.place;

-- query: sent_places
-- Where a user's messages are that are not deleted yet, by thread.
select thread_id, array_agg(seq order by seq) as seqs
from messages
where sender_id = %(user_id)s
  and (text <> '' or flags & 2 = 2)
group by thread_id
order by thread_id;

-- execute_idempotent: erase_messages
-- Deletes messages that a user has sent in a thread, under its lock, and returns their numbers and changes; those
-- deleted before are left out, so that it may run twice. Lowers the unread counts of the others.
select id from threads where id = %(thread_id)s::bigint for no key update;
with erased as (
    select m.seq, m.client_id, m.text, m.flags,
           coalesce(n.last_change, 0) + row_number() over (order by m.seq) as change
    from messages m
    left join thread_changes n on n.thread_id = m.thread_id
    where m.thread_id = %(thread_id)s::bigint and m.seq = any(%(seqs)s::bigint[])
      and m.sender_id = %(user_id)s::bigint and (m.text <> '' or m.flags & 2 = 2)
), numbered as (
    insert into thread_changes (thread_id, last_change, changed_at)
    select %(thread_id)s, max(change), clock_timestamp() from erased having count(*) > 0
    on conflict (thread_id) do update set last_change = excluded.last_change, changed_at = excluded.changed_at
), emptied as (
    update messages m set text = '', flags = coalesce(m.flags, 0) & ~2 | 1
    from erased e
    where m.thread_id = %(thread_id)s and m.seq = e.seq
), state as (
    insert into changed_messages as s (
        thread_id, seq, change, changed_at, text_change, deleted_at, first_digest
    )
    select %(thread_id)s, seq, change, clock_timestamp(), change as text_change, clock_timestamp(),
           %(key_id)s::bytea || sha256(%(outer_key)s::bytea || sha256(
               %(inner_key)s::bytea || convert_to(client_id::text || text, 'UTF8')
           ))
    from erased
    on conflict (thread_id, seq) do update
    set change = excluded.change, changed_at = excluded.changed_at, text_change = excluded.change, edited_at = null,
        deleted_at = excluded.deleted_at, first_digest = coalesce(s.first_digest, excluded.first_digest)
    returning seq, change, deleted_at
), removed as (
    delete from reactions r using erased e where r.thread_id = %(thread_id)s and r.seq = e.seq
), unlinked as (
    delete from files f using erased e where f.thread_id = %(thread_id)s and f.seq = e.seq
), lowered as (
    update participants p
    set sent_unread = p.sent_unread + (
            select count(*) from erased e where e.seq > p.read_seq and coalesce(e.flags & 4, 0) = 0
        )
    where p.thread_id = %(thread_id)s and p.user_id <> %(user_id)s
      and p.read_seq < (select max(e.seq) from erased e)
)
select seq, change, deleted_at from state order by seq;

-- query: unread_counts
-- The participants of a thread: what they may see, and how much of it they have not read as of its last message.
select p.user_id, p.from_seq, p.read_seq, t.last_seq, t.last_seq - p.read_seq - p.sent_unread as unread
from participants p
join threads t on t.id = p.thread_id
where p.thread_id = %(thread_id)s;
