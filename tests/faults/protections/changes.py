"""Protections of edits, deletions, reactions and replies, in `chatserver/conversations` and `sql/queries`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "An edit knows the text that it replaces",
        "sql/queries/changes.sql",
        "            when f.text_change > f.base then 'changed_meanwhile'\n",
        "",
        "conversations/test_changes.py::test_of_two_devices_that_edit_the_same_text_the_second_learns_the_first",
    ),
    Protection(
        "Only the sender edits a message",
        "sql/queries/changes.sql",
        "            when f.sender_id <> f.user_id then 'no_such_message'\n",
        "",
        "conversations/test_changes_refused.py::test_what_is_refused_leaves_nothing_behind",
    ),
    Protection(
        "Only the sender or an owner deletes a message",
        "sql/queries/changes.sql",
        "            when f.sender_id <> f.user_id and not f.owns then 'no_such_message'\n",
        "",
        "conversations/test_changes_refused.py::test_what_is_refused_leaves_nothing_behind",
    ),
    Protection(
        "A deleted message is neither edited nor reacted to",
        "sql/queries/changes.sql",
        "        when f.is_deleted then 'no_such_message'\n",
        "",
        "conversations/test_changes_refused.py::test_the_first_reason_of_several_is_told",
    ),
    Protection(
        "A blocked user neither edits nor reacts",
        "sql/queries/changes.sql",
        "        when not f.listed then 'bad_reaction'\n        when f.is_refused then 'accepts_no_messages'\n",
        "        when not f.listed then 'bad_reaction'\n",
        "conversations/test_changes_refused.py::test_the_first_reason_of_several_is_told",
    ),
    Protection(
        "A repeated edit is never too late",
        "sql/queries/changes.sql",
        "            when f.text_before = f.text then 'done'\n",
        "",
        "conversations/test_changes_refused.py::test_a_message_is_edited_for_as_long_as_the_site_says",
    ),
    Protection(
        "Changes lock their threads in the order of sends",
        "sql/queries/changes.sql",
        "order by id for no key update;\nwith batch",
        "order by id desc for no key update;\nwith batch",
        "conversations/test_changes_together.py::test_a_batch_of_changes_locks_its_threads_in_the_order_of_sends",
    ),
    Protection(
        "A deletion lowers unread counts",
        "sql/queries/changes.sql",
        "q.user_id <> c.sender_id and q.read_seq < c.seq",
        "false",
        "conversations/test_changes.py::test_a_deletion_lowers_the_unread_counts_of_others_exactly",
    ),
    Protection(
        "A read marker does not count deleted messages",
        "sql/queries/messages.sql",
        " or m.text = '' and coalesce(m.flags & 2, 0) = 0",
        "",
        "conversations/test_changes.py::test_a_deletion_lowers_the_unread_counts_of_others_exactly",
    ),
    Protection(
        "Only what one can see is answered",
        "sql/queries/messages.sql",
        "      and (b.reply_to is null or b.reply_to between p.from_seq and t.last_seq)\n",
        "",
        "conversations/test_replies.py::test_only_what_one_can_see_is_answered",
    ),
    Protection(
        "Nobody reads the state of a message before their first",
        "sql/queries/states.sql",
        "where p.from_seq <= asked.seq\n",
        "",
        "conversations/test_states.py::test_a_new_member_receives_changes_only_of_messages_they_may_see",
    ),
    Protection(
        "Nobody is told the change of a message before their first",
        "chatserver/conversations/fanout.py",
        "        if from_seq > state.seq:",
        "        if False:",
        "conversations/test_changes.py::test_whoever_may_not_see_the_message_gets_its_numbers_alone",
    ),
    Protection(
        "A repeat is known after its text was changed",
        "chatserver/conversations/message_store.py",
        "        if row.first_digest is None:",
        "        if True:",
        "conversations/test_replies.py::test_what_was_changed_meanwhile_is_known_by_its_first_text_and_not_told_again",
    ),
    Protection(
        "A changed message is not published as it was",
        "chatserver/conversations/message_store.py",
        "isinstance(result, StoredMessage) and result.change is None:",
        "isinstance(result, StoredMessage):",
        "conversations/test_replies.py::test_what_was_changed_meanwhile_is_known_by_its_first_text_and_not_told_again",
    ),
]
