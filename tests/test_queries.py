"""No query reads or changes messages without looking at who takes part in their thread."""

import re

from chatserver.database.queries import load_queries

# What may do without, and why.
NOT_FOR_A_USER = {
    "erase_messages": "a sender's own messages, by an administrator's command",
    "messages_of_gaps": "for threads that `recent_threads` found for participants a moment before",
    "provision_last_seq": "the parameter is called messages",
    "provision_messages": "makes the threads of a benchmark, refused in production",
    "set_ages": "makes the history of the demo older",
}


def statements_about_messages() -> dict[str, str]:
    return {name: query.plain for name, query in load_queries().items() if re.search(r"\bmessages\b", query.plain)}


def test_a_query_about_messages_looks_at_the_participants() -> None:
    found = {name for name, text in statements_about_messages().items() if not re.search(r"\bparticipants\b", text)}
    assert found == NOT_FOR_A_USER.keys()


def test_what_users_are_shown_of_a_thread_is_asked_with_their_id() -> None:
    reads = [
        text for name, text in statements_about_messages().items() if name.startswith(("messages_", "first_since"))
    ]
    for text in reads:
        assert "%(user_id)s" in text or "%(after)s::bigint[]" in text, text
    assert len(reads) >= 3
