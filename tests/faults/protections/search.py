"""Protections of the search, in `chatserver/search` and `sql/queries`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "A search finds only the messages of one's own threads, from the first one may see",
        "sql/queries/search.sql",
        "        where p.seq >= p.from_seq\n",
        "        where true\n",
        "search/test_permission.py::test_a_newcomer_finds_nothing_from_before",
    ),
    Protection(
        "A message that was edited is found before it is indexed again",
        "sql/queries/search.sql",
        "        where m.last_change > m.indexed_change\n        limit",
        "        where false\n        limit",
        "search/test_follower.py::test_an_edited_message_is_found_before_the_index_follows",
    ),
    Protection(
        "A message is found before it is indexed",
        "sql/queries/search.sql",
        "        where m.last_seq > m.indexed\n        order by m.last_message_at desc",
        "        where false\n        order by m.last_message_at desc",
        "search/test_permission.py::test_a_stranger_and_who_was_removed_find_nothing",
    ),
    Protection(
        "A word that is indexed while it is searched for is found",
        "sql/migrations/0026_functions_of_the_search.sql",
        "moved_at > now() - interval '10 seconds' as is_new",
        "false as is_new",
        "search/test_follower.py::test_a_word_that_is_indexed_while_it_is_searched_for_is_found",
    ),
    Protection(
        "Of many threads, nothing newer is left out",
        "sql/queries/search.sql",
        "g.seq = m.last_seq - (select messages from effort)\n",
        "g.seq = 0\n",
        "search/test_many_threads.py::test_a_lively_thread_among_many_is_found_whole_before_the_others",
    ),
    Protection(
        "Behind the newest messages that may be hits, the search goes on",
        "sql/queries/search.sql",
        "        (select moment from left_out),\n",
        "",
        "search/test_many_threads.py::test_old_messages_without_a_word_are_found_behind_thousands_with_it",
    ),
    Protection(
        "A cursor belongs to one user and one query",
        "chatserver/search/cursor.py",
        '            raise ChatError("bad_frame")\n',
        "            pass\n",
        "search/test_permission.py::test_a_cursor_is_checked_again_on_each_page",
    ),
    Protection(
        "A batch of the search index is stored once",
        "sql/queries/search_index.sql",
        " and p.seq = m.old_seq and p.change = m.old_change\n",
        "\n",
        "search/test_follower.py::test_a_batch_that_comes_twice_or_late_changes_nothing",
    ),
    Protection(
        "One process indexes at a time",
        "sql/queries/search_index.sql",
        "where f.holder = excluded.holder or f.until < clock_timestamp()\n",
        "where true\n",
        "search/test_follower.py::test_of_two_followers_one_works_until_it_ends",
    ),
    Protection(
        "The sweep finds what a killed process left",
        "chatserver/search/follower.py",
        "        if await self._follow(found, 0):\n            return True\n",
        "",
        "search/test_follower.py::test_what_a_killed_process_left_is_found_by_the_sweep",
    ),
    Protection(
        "The vocabulary forgets deleted words",
        "sql/queries/search_index.sql",
        "where stem = any(array(select stem from gone))\n",
        "where false\n",
        "search/test_follower.py::test_deleted_words_leave_the_index",
    ),
    Protection(
        "Searches are limited",
        "chatserver/web/pages/search.py",
        "    await request.app[LOGIN_LIMITS].search(user)\n",
        "",
        "search/test_bad_input.py::test_121_searches_a_minute_are_too_many",
    ),
]
