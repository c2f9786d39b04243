"""Protections in `chatserver/conversations`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "Acknowledged only when stored",
        "chatserver/conversations/message_store.py",
        "            return [error] * len(batch)",
        "            return [StoredMessage(1, datetime.now(), None)] * len(batch)",
        "database/test_postgresql_outage.py::test_an_unstored_message_is_refused_and_the_same_id_can_be_sent_later",
    ),
    Protection(
        "An id belongs to one text",
        "chatserver/conversations/message_store.py",
        "        if row.thread_id != message.request.thread_id or not self._is_first_text(message, row):",
        "        if False:",
        "conversations/test_talking.py::test_the_same_id_with_another_text_is_refused",
    ),
    Protection(
        "A bad message fails alone",
        "chatserver/conversations/message_store.py",
        "            if not again:",
        "            if False:",
        "conversations/test_group_commit.py::test_a_message_that_postgresql_refuses_does_not_affect_others",
    ),
    Protection(
        "All of a user's messages share one rate",
        "chatserver/conversations/sending.py",
        "            self._check_rate(limited_for)",
        "            pass",
        "security/test_message_rates.py::test_a_user_has_one_rate_for_all_sockets_and_forms",
    ),
    Protection(
        "A message that another server has just stored is found on the second attempt",
        "chatserver/conversations/message_store.py",
        "            if not again:",
        "            if len(batch) > 1:",
        "conversations/test_group_commit.py::test_one_id_sent_to_two_servers_in_two_threads_at_once_is_stored_once",
    ),
    Protection(
        "A request that holds a database connection never waits for another",
        "chatserver/conversations/listing.py",
        '    rows = await db.query("conversations", ConversationRow, user_id=user_id, number=limit, open_id=open_id)\n',
        "    async with db.pool.connection():\n"
        '        rows = await db.query("conversations", ConversationRow, user_id=user_id, number=limit, '
        "open_id=open_id)\n",
        "database/test_database.py::test_every_page_needs_only_one_database_connection",
    ),
]
