-- Groups that people make and change: what a newcomer sees of the notes, who may add whom, and what makes a creation
-- that is sent twice one group. Groups from before get an owner, the lowest id among those who are not disabled.

alter table participants
    add column from_change bigint not null default 0;   -- the first note that the user may see, as from_seq; 0: all

alter table users
    add column who_adds_me text not null default 'everybody' check (who_adds_me in ('everybody', 'known'));

create table group_creations (
    user_id bigint not null references users,
    client_id uuid not null,            -- shares one space with the ids of the user's messages
    thread_id bigint not null,          -- may be gone since
    title text,
    people bigint[] not null,           -- all but the user, rising
    text_digest bytea,                  -- keyed, of the first message; null: there is none
    primary key (user_id, client_id)
);

create table strangers_added (          -- people added to groups by somebody who shared no thread with them
    user_id bigint not null references users,
    at timestamptz not null,
    number bigint not null
);
create index strangers_added_by_user on strangers_added (user_id, at);

-- squawk-ignore require-concurrent-index-creation
create index notes_of_departures on notes (at) where kind in ('removed', 'left');

insert into groups (thread_id) select id from threads where pair_low is null on conflict do nothing;
update participants p set is_owner = true
from (
    select distinct on (o.thread_id) o.thread_id, o.user_id
    from participants o
    join threads t on t.id = o.thread_id and t.pair_low is null
    join users u on u.id = o.user_id
    order by o.thread_id, u.disabled_at is not null, o.user_id
) lowest
where p.thread_id = lowest.thread_id and p.user_id = lowest.user_id;
