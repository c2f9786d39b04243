"""Protections in `chatserver/database`."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "A batch holds one read marker per user and thread",
        "chatserver/database/batcher.py",
        "            (again if key in keys else batch).append(entry)",
        "            batch.append(entry)",
        "conversations/test_talking.py::test_the_furthest_of_many_read_markers_in_one_batch_is_stored",
    ),
    Protection(
        "The queue of messages to store is bounded",
        "chatserver/database/batcher.py",
        "        if 0 < self._max_waiting <= len(self._waiting):",
        "        if False:",
        "conversations/test_group_commit.py::test_a_message_beyond_the_queue_limit_is_refused_at_once_and_can_be_sent_again",
    ),
    Protection(
        "PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_postgresql_outage.py::test_sends_are_refused_while_postgresql_is_frozen_and_accepted_afterwards",
    ),
    Protection(
        "Work interrupted by a lost connection is repeated",
        "chatserver/database/client.py",
        "ATTEMPTS = 3",
        "ATTEMPTS = 1",
        "database/test_postgresql_outage.py::test_a_write_that_postgresql_aborts_is_retried_and_stored_once",
    ),
    Protection(
        "A connection to a PostgreSQL that has become read-only is dropped",
        "chatserver/database/client.py",
        "self.pool.renew()",
        "pass",
        "database/test_database.py::test_unusable_connections_are_dropped_and_a_new_one_does_the_work_once",
    ),
    Protection(
        "A query cancelled by the server is an error, not our cancellation",
        "chatserver/database/connect.py",
        "        if task is not None and task.cancelling():",
        "        if True:",
        "database/test_postgresql_outage.py::test_a_write_that_postgresql_aborts_is_retried_and_stored_once",
    ),
    Protection(
        "A write runs to its end",
        "chatserver/database/client.py",
        "await asyncio.shield(asyncio.create_task(work))",
        "await work",
        "database/test_database.py::test_a_write_runs_to_its_end_when_its_caller_is_cancelled",
    ),
    Protection(
        "Connecting to PostgreSQL has a time limit",
        "chatserver/database/client.py",
        "            async with asyncio.timeout(self._timeout):",
        "            async with asyncio.timeout(None):",
        "database/test_connecting.py::test_a_page_is_refused_in_time_when_postgresql_accepts_connections_but_stays_silent",
    ),
    Protection(
        "A silent address leaves time for the next one",
        "chatserver/database/connect.py",
        "asyncio.timeout(timeout / len(addresses) if timeout else None)",
        "asyncio.timeout(None)",
        "database/test_connecting.py::test_of_two_addresses_that_accept_connections_the_answering_one_is_used",
    ),
    Protection(
        "PGHOST may name several addresses",
        "chatserver/database/libpq.py",
        """        given |= {
            name: os.environ[variable] for name, variable in ADDRESS_VARIABLES.items() if os.environ.get(variable)
        } | given
""",
        "        pass\n",
        "database/test_connecting.py::test_of_two_addresses_that_accept_connections_the_answering_one_is_used",
    ),
]
