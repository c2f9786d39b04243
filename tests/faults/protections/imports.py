"""Protections of the import, in `chatserver/imports` and where imported messages are read."""

from tests.faults.protections.protection import Protection

PROTECTIONS = [
    Protection(
        "An import that runs again adds nothing twice",
        "sql/queries/imports.sql",
        "    where not exists (select from messages m where m.sender_id = b.sender_id and m.client_id = b.client_id)",
        "    where true",
        "imports/test_again.py::test_a_second_import_adds_what_is_new_and_leaves_what_was_changed_here",
    ),
    Protection(
        "Two imports at once make a group once",
        "sql/queries/imports.sql",
        "select pg_advisory_xact_lock(4271003);\n",
        "",
        "imports/test_again.py::test_two_imports_at_once_import_once",
    ),
    Protection(
        "Whoever was deleted here is not imported anew",
        "chatserver/imports/people.py",
        "    ids = {person.source_id for person in known}",
        "    ids: set[int] = set()",
        "imports/test_again.py::test_a_second_import_adds_what_is_new_and_leaves_what_was_changed_here",
    ),
    Protection(
        "What was imported is never unread",
        "sql/queries/messages.sql",
        "m.flags & 4 = 4  -- imported",
        "false",
        "imports/test_while_chatting.py::test_open_pages_load_the_history_and_what_was_unread_stays_unread",
    ),
    Protection(
        "Nobody is told of what was imported",
        "sql/queries/messages.sql",
        " and coalesce(flags & 4, 0) = 0\n",
        "\n",
        "imports/test_while_chatting.py::test_open_pages_load_the_history_and_what_was_unread_stays_unread",
    ),
    Protection(
        "An open page loads what was imported",
        "chatserver/realtime/open_threads.py",
        "        if thread_id in self._places:\n            await self._reset(thread_id)",
        "        pass",
        "imports/test_while_chatting.py::test_open_pages_load_the_history_and_what_was_unread_stays_unread",
    ),
    Protection(
        "An open list shows what was imported",
        "chatserver/imports/messages.py",
        "        _show_in_lists(publisher, sorted(user_ids))",
        "        pass",
        "imports/test_while_chatting.py::test_open_pages_load_the_history_and_what_was_unread_stays_unread",
    ),
    Protection(
        "A gap longer than a replay is loaded, not sent",
        "chatserver/realtime/catch_up.py",
        "        if 0 < services.config.replay_limit < last - place.seq:",
        "        if False:",
        "imports/test_while_chatting.py::test_a_page_that_knows_nothing_of_a_long_history_loads_it_instead_of_a_replay",
    ),
    Protection(
        "No password stands in the arguments of an import",
        "chatserver/imports/postgresql.py",
        '    if "password" in libpq.parameters(url):',
        "    if False:",
        "imports/test_moving_in.py::test_the_site_is_refused_before_anything_is_done",
    ),
    Protection(
        "The schema of an SQLite file runs nothing",
        "chatserver/imports/sqlite.py",
        "pragma trusted_schema = off; ",
        "",
        "imports/test_moving_in.py::test_the_site_is_refused_before_anything_is_done",
    ),
    Protection(
        "A time without a zone is never guessed",
        "chatserver/imports/values.py",
        "        if zone is None:",
        "        if False:",
        "imports/test_moving_in.py::test_the_site_is_refused_before_anything_is_done",
    ),
    Protection(
        "A long line of a dump is never in memory as a whole",
        "chatserver/imports/dump.py",
        '        if len(line.rstrip(b"\\n")) <= LONGEST:',
        "        if True:",
        "imports/test_oddities.py::test_the_lines_of_a_dump_come_in_any_order_and_broken_ones_are_listed",
    ),
]
