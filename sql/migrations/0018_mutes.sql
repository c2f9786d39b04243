-- Threads that are not to draw a user's attention.

create table mutes (
    thread_id bigint not null,
    user_id bigint not null,
    until timestamptz not null,         -- infinity: until the user ends it
    primary key (user_id, thread_id),
    foreign key (thread_id, user_id) references participants on delete cascade
);
