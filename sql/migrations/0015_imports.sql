-- What was imported from another chat, so that an import may run again. A message that was imported has the flag 4: it
-- is history, which counts as read and which nobody is told of.

create table imported_people (          -- also of users deleted since: nobody is made anew
    issuer text not null,               -- the site that the people are of
    source_id bigint not null,          -- the person's id there
    user_id bigint not null references users,
    primary key (issuer, source_id)
);
create index imported_people_by_user on imported_people (user_id);

create table imported_groups (
    issuer text not null,
    source_id bigint not null,          -- the thread's id there
    thread_id bigint references threads on delete set null,     -- null: erased here since
    primary key (issuer, source_id)
);
create index imported_groups_by_thread on imported_groups (thread_id);
