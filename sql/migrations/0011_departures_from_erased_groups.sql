-- Who left a group that was erased with them: its notes, by which the gap repair finds departures, are gone with it.
create table departures_from_erased_groups (
    user_id bigint not null references users,
    thread_id bigint not null,          -- is gone
    at timestamptz not null
);
create index departures_from_erased_groups_by_time on departures_from_erased_groups (at);
