-- Browsers that get pushes, and what these show.

create table push_subscriptions (       -- browsers that get pushes (RFC 8030), one for each session
    id bigint generated always as identity primary key,
    user_id bigint not null references users,
    session_key text not null unique,   -- a hash of its token; the session may have run out since
    endpoint text not null unique,      -- where the browser's push service takes them
    p256dh bytea not null,              -- the browser's key on P-256, a point in 65 bytes, and
    auth bytea not null,                --   its secret of 16 bytes (RFC 8291)
    vapid_key text not null,            -- the public key of ours that the browser knows (RFC 8292), base64url
    browser text not null,              -- as in "Firefox on Linux"
    language text not null,
    made_at timestamptz not null default now(),
    visited_at timestamptz not null default now(),      -- when the browser was last here, to the hour
    trial_at timestamptz,               -- the user has asked for one now
    failure text,                       -- why the last one could not be delivered: a status, or `unreachable`
    failed_at timestamptz,
    tries bigint not null default 0,    -- failures since the last success
    retry_at timestamptz                -- nothing is pushed before
);
create index push_subscriptions_by_user on push_subscriptions (user_id);

create table notification_choices (     -- no row: the defaults
    user_id bigint primary key references users,
    preview text not null default 'text' check (preview in ('text', 'name', 'nothing'))
);
