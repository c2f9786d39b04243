"""Everything that a source has, checked, in a file of this process: so that memory stays small, whatever the order.

The file has no name and ends with the process; SQLite keeps it in the folder for temporary files (`TMPDIR`).
"""

import sqlite3
from typing import Any
from zoneinfo import ZoneInfo

from chatserver.imports.report import Report
from chatserver.imports.values import Broken, read_id, read_text, read_time
from chatserver.sso.subjects import is_subject

CHUNK = 1000  # rows in a statement
TABLES = """
pragma journal_mode = off;
pragma synchronous = off;
pragma cache_size = -32768;  -- KiB
pragma temp_store = file;
create table people (id integer primary key, name text not null, active integer not null, subject text);
create table threads (id integer primary key, ours integer);
create table seats (thread integer, person integer, primary key (thread, person)) without rowid;
create table messages (
    id integer primary key, thread integer not null, sender integer not null, at integer not null, text text not null
);
"""
INSERTS = {
    "people": "insert or ignore into people values (?, ?, ?, ?)",
    "threads": "insert or ignore into threads (id) values (?)",
    "seats": "insert or ignore into seats values (?, ?)",
    "messages": "insert or ignore into messages values (?, ?, ?, ?, ?)",
}


class Staging:
    """Takes the rows of a source in any order. `line` is where a row stands in a file; else its id names it."""

    def __init__(self, report: Report, max_chars: int, zone: ZoneInfo | None) -> None:
        self.database = sqlite3.connect("", isolation_level=None)
        self.database.executescript(TABLES)
        self._report = report
        self._max_chars = max_chars
        self._zone = zone
        self._waiting: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}
        self._read = 0

    def add_person(
        self, id_: object, name: object, active: object, subject: object, *, line: int | None = None
    ) -> None:
        """Adds a person; without a subject that can be one, no token opens the account."""
        place = _place("user", id_, line)
        try:
            number = read_id(id_, "key")
            if not isinstance(name, str):
                raise Broken("its name is no text")
            if active not in (True, False):
                raise Broken("it is neither active nor inactive")
        except Broken as why:
            self._report.list_broken(place, str(why))
            return
        sub = str(subject) if type(subject) is int else subject
        if not is_subject(sub):
            self._report.list(place, "no token opens this account, since what should be its sub cannot be one")
        self._add("people", number, name, bool(active), sub if is_subject(sub) else None)

    def add_thread(self, id_: object, *, line: int | None = None) -> None:
        """Adds a thread."""
        try:
            self._add("threads", read_id(id_, "key"))
        except Broken as why:
            self._report.list_broken(_place("thread", id_, line), str(why))

    def add_seat(self, thread: object, person: object, *, line: int | None = None) -> None:
        """Adds somebody who takes part in a thread."""
        try:
            self._add("seats", read_id(thread, "thread"), read_id(person, "person"))
        except Broken as why:
            self._report.list_broken(_place("a participant of thread", thread, line), str(why))

    def add_message(
        self, id_: object, thread: object, sender: object, at: object, text: object, *, line: int | None = None
    ) -> None:
        """Adds a message, unless nothing of it can be seen. Raises SourceError for a time without a zone."""
        place = _place("message", id_, line)
        try:
            ids = read_id(id_, "key"), read_id(thread, "thread"), read_id(sender, "sender")
            moment = read_time(at, self._zone)
            stored, done = read_text(text, self._max_chars)
        except Broken as why:
            self._report.list_broken(place, str(why))
            return
        for what in done if stored else ["it has no text, left out"]:
            self._report.list(place, what)
        if stored:
            self._add("messages", *ids, moment, stored)
        self._read += 1
        self._report.progress(f"{self._read:,} messages read")

    def list_broken(self, line: int, why: str) -> None:
        """Counts and lists a line that is no row."""
        self._report.list_broken(f"line {line}", why)

    def _add(self, table: str, *row: object) -> None:
        waiting = self._waiting[table]
        waiting.append(row)
        if len(waiting) == CHUNK:
            self._flush(table)

    def _flush(self, table: str) -> None:
        rows = self._waiting[table]
        known = len(rows) - max(0, self.database.executemany(INSERTS[table], rows).rowcount)
        if known and table in {"people", "messages"}:
            self._report.list(table, f"{known} with the id of an earlier one, left out")
        rows.clear()

    def finish(self) -> sqlite3.Connection:
        """Ends the reading, and returns the database of what was read."""
        for table in INSERTS:
            self._flush(table)
        return self.database


def _place(what: str, id_: object, line: int | None) -> str:
    named = f"{what} {id_}" if type(id_) is int else what
    return named if line is None else f"line {line}, {named}"
