"""Protections in queries."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Repeats are found by sender and id",
        "sql/queries/messages.sql",
        "case when m.seq is not null then 'known'",
        "case when false then 'known'",
        "conversations/test_talking.py::test_a_repeated_id_gets_the_first_answer_and_stores_nothing",
    ),
    Protection(
        "Numbers and recipients are determined under the thread's lock",
        "sql/queries/messages.sql",
        "then the row has a code and no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;",
        "",
        "conversations/test_group_commit.py::test_a_user_who_is_being_removed_stores_nothing_more",
    ),
    Protection(
        "The number of a lone message is determined under the thread's lock",
        "sql/queries/plain_messages.sql",
        "select id from threads where id = %(thread_id)s::bigint for no key update;",
        "",
        "conversations/test_group_commit.py::test_a_user_who_is_being_removed_stores_nothing_more",
    ),
    Protection(
        "Locks are taken in one order",
        "sql/queries/messages.sql",
        "then the row has a code and no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id for no key update;",
        "then the row has a code and no number.\n"
        "select id from threads where id = any(%(thread_ids)s::bigint[]) order by id desc for no key update;",
        "conversations/test_group_commit.py::test_a_batch_locks_its_threads_in_one_order_whatever_the_order_of_sending",
    ),
    Protection(
        "Only participants can store messages",
        "sql/queries/messages.sql",
        "      and (m.seq is not null or p.user_id is not null)\n",
        "",
        "realtime/test_sockets.py::test_a_foreign_thread_and_a_missing_thread_get_the_same_answer",
    ),
    Protection(
        "A blocked user stores nothing",
        "sql/queries/messages.sql",
        "or exists (select from blocks k where k.blocker_id = other.id and k.blocked_id = b.sender_id)",
        "or false",
        "accounts/test_blocks.py::test_a_blocked_users_frame_is_refused_and_reaches_nobody",
    ),
    Protection(
        "Nobody can message a deleted account",
        "sql/queries/messages.sql",
        "                     or other.deleted_at is not null\n",
        "",
        "web/pages/account/test_deletion.py::test_nobody_can_message_a_deleted_user",
    ),
    Protection(
        "An id reveals no name",
        "sql/queries/blocks.sql",
        "              where p.user_id = %(blocker_id)s)",
        "              ) or true",
        "accounts/test_blocks.py::test_users_cannot_block_themselves_strangers_or_nobody",
    ),
    Protection(
        "Look-alike names are added one at a time",
        "sql/queries/accounts.sql",
        "select pg_advisory_xact_lock(4271002, hashtext(%(name_skeleton)s::text) & 255);",
        "",
        "accounts/test_names_that_look_alike.py::test_only_one_of_two_simultaneous_sign_ups_gets_a_look_alike_name",
    ),
    Protection(
        "A hidden read marker stays hidden",
        "sql/queries/threads.sql",
        "u.id = requested.user_id or u.shows_seen and blocks.blocker_id is null",
        "true",
        "web/pages/account/test_privacy.py::test_a_user_who_hides_receipts_sends_none_but_receives_those_of_others",
    ),
    Protection(
        "An id is stored once, through whichever servers it arrives",
        "sql/migrations/0001_first_tables.sql",
        "    unique (sender_id, client_id)\n",
        "    check (true)\n",
        "conversations/test_group_commit.py::test_one_id_sent_to_two_servers_in_two_threads_at_once_is_stored_once",
    ),
    Protection(
        "A name that looks like another is taken",
        "sql/queries/accounts.sql",
        "  and not exists (select from users where name_skeleton = %(name_skeleton)s::text and deleted_at is null)\n",
        "",
        "accounts/test_names_that_look_alike.py::test_a_name_that_looks_like_another_is_taken",
    ),
]
