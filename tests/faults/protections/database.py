"""Protections in `chatserver/database`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "A batch holds one read marker per user and thread",
        "chatserver/database/batcher.py",
        "            (again if key in keys else batch).append(entry)",
        "            batch.append(entry)",
        "conversations/test_talking.py::test_of_many_marks_in_one_breath_the_furthest_stays",
    ),
    Protection(
        "The queue of messages to store is bounded",
        "chatserver/database/batcher.py",
        "        if 0 < self._max_waiting <= len(self._waiting):",
        "        if False:",
        "conversations/test_group_commit.py::test_more_than_may_wait_is_refused_at_once_and_can_be_sent_again",
    ),
    Protection(
        "PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_postgresql_outage.py::test_while_postgresql_is_frozen_sends_are_refused_and_afterwards_all_is_as_before",
    ),
    Protection(
        "Work interrupted by a lost connection is repeated",
        "chatserver/database/client.py",
        "ATTEMPTS = 3",
        "ATTEMPTS = 1",
        "database/test_postgresql_outage.py::test_what_postgresql_gives_up_in_the_midst_of_it_is_done_again_and_once",
    ),
    Protection(
        "A connection to a PostgreSQL that has become read-only is dropped",
        "chatserver/database/client.py",
        "self.pool.renew()",
        "pass",
        "database/test_database.py::test_connections_that_cannot_do_their_work_any_more_are_left_and_a_new_one_does_it_once",
    ),
    Protection(
        "A query cancelled by the server is an error, not our cancellation",
        "chatserver/database/connect.py",
        "        if task is not None and task.cancelling():",
        "        if True:",
        "database/test_postgresql_outage.py::test_what_postgresql_gives_up_in_the_midst_of_it_is_done_again_and_once",
    ),
    Protection(
        "A write runs to its end",
        "chatserver/database/client.py",
        "await asyncio.shield(asyncio.create_task(work))",
        "await work",
        "database/test_database.py::test_a_write_is_seen_out_when_who_asked_for_it_is_gone",
    ),
    Protection(
        "Connecting to PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_database.py::test_where_postgresql_takes_connections_and_says_nothing_a_page_is_refused_in_time",
    ),
    Protection(
        "A silent address leaves time for the next one",
        "chatserver/database/connect.py",
        "asyncio.timeout(timeout / len(addresses) if timeout else None)",
        "asyncio.timeout(None)",
        "database/test_database.py::test_of_two_addresses_that_take_connections_the_one_that_answers_is_used",
    ),
    Protection(
        "PGHOST may name several addresses",
        "chatserver/database/libpq.py",
        """        given |= {
            name: os.environ[variable] for name, variable in ADDRESS_VARIABLES.items() if os.environ.get(variable)
        } | given
""",
        "        pass\n",
        "database/test_database.py::test_of_two_addresses_that_take_connections_the_one_that_answers_is_used",
    ),
]
