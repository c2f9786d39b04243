"""What was read of a source, in the order in which it is imported."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from chatserver.imports.report import Report

AT_ONCE = 1000  # rows in a batch
VIEWS = """
create index messages_by_thread on messages (thread);
insert or ignore into threads (id) select thread from seats union select thread from messages;
create view pairs as
select thread, min(person) as one, max(person) as other
from seats join threads on id = thread group by thread having count(*) = 2;
create view groups as
select thread, group_concat(person) as people
from seats join threads on id = thread group by thread having count(*) > 2;
"""
DOUBLED = """
update people set subject = null
where subject in (select subject from people group by subject having count(*) > 1)
returning id
"""
# Whoever wrote or takes part, and is nobody there any more.
GONE = """
insert into people (id, name, active)
select person, '', false from (select person from seats union select sender from messages)
where person not in (select id from people)
returning id
"""
TOO_FEW = """
select id, (select count(*) from seats where thread = id) as people,
       (select count(*) from messages where thread = threads.id)
from threads where people < 2
"""
STRANGERS = """
select m.thread, m.sender, count(*) from messages m join threads t on t.id = m.thread
where not exists (select 1 from seats s where s.thread = m.thread and s.person = m.sender)
group by m.thread, m.sender
"""
MESSAGES = """
select m.id, t.ours, m.sender, m.at, m.text from messages m join threads t on t.id = m.thread
order by t.ours, m.at, m.id
"""
R = TypeVar("R")


class StagedPerson(NamedTuple):
    """A person of the source; `subject` is None if no token is to open the account."""

    id: int
    name: str
    active: bool
    subject: str | None


class StagedPair(NamedTuple):
    """A thread of the source with two people; two threads may have the same."""

    thread: int
    one: int
    other: int


class StagedGroup(NamedTuple):
    """A thread of the source with more people: their ids, separated by commas."""

    thread: int
    people: str


class StagedMessage(NamedTuple):
    """A message with its thread here, None if that is still to be made; `at` in microseconds since 1970."""

    id: int
    ours: int | None
    sender: int
    at: int
    text: str


class Staged:
    """The people, threads and messages of a source; lists what belongs nowhere, and leaves it out."""

    def __init__(self, database: sqlite3.Connection, report: Report) -> None:
        self._database = database
        database.executescript(VIEWS)
        for (id_,) in database.execute(DOUBLED).fetchall():
            report.list(f"user {id_}", "no token opens this account, since another one has the same sub")
        for (id_,) in database.execute(GONE).fetchall():
            report.list(f"user {id_}", "deleted there, a disabled account here")
        for id_, people, messages in database.execute(TOO_FEW).fetchall():
            report.list(f"thread {id_}", f"people in it: {people}; left out, with messages: {messages}")
            self.leave_out([id_])
        for thread, sender, messages in database.execute(STRANGERS).fetchall():
            report.list(f"thread {thread}", f"user {sender} is not in it; counted, with messages: {messages}")
        report.people = self._count("people")
        report.threads = self._count("groups") + self._count("(select distinct one, other from pairs)")
        report.messages = self._count("messages m join threads t on t.id = m.thread")

    def _count(self, rows: str) -> int:
        return int(self._database.execute(f"select count(*) from {rows}").fetchone()[0])  # noqa: S608

    def leave_out(self, threads: Sequence[int]) -> None:
        """Takes threads out of the import."""
        self._database.executemany("delete from threads where id = ?", [(thread,) for thread in threads])

    def place(self, threads: Sequence[tuple[int, int]]) -> None:
        """Keeps which threads of the source became which here."""
        self._database.executemany("update threads set ours = ? where id = ?", [(ours, id_) for id_, ours in threads])

    def people(self) -> Iterator[list[StagedPerson]]:
        """Yields all people, in batches."""
        return self._batches("select id, name, active, subject from people order by id", StagedPerson)

    def pairs(self) -> Iterator[list[StagedPair]]:
        """Yields the threads of two people, in batches."""
        return self._batches("select thread, one, other from pairs", StagedPair)

    def groups(self) -> Iterator[list[StagedGroup]]:
        """Yields the threads of more people, in batches."""
        return self._batches("select thread, people from groups", StagedGroup)

    def messages(self) -> Iterator[list[StagedMessage]]:
        """Yields all messages, in batches: thread by thread, each in the order of their times."""
        return self._batches(MESSAGES, StagedMessage)

    def ours(self) -> Iterator[list[int]]:
        """Yields the threads here, in batches."""
        cursor = self._database.execute("select distinct ours from threads where ours is not null order by ours")
        while batch := cursor.fetchmany(AT_ONCE):
            yield [id_ for (id_,) in batch]

    def _batches(self, query: str, record: type[R]) -> Iterator[list[R]]:
        make = getattr(record, "_make")  # noqa: B009
        cursor = self._database.execute(query)
        while batch := cursor.fetchmany(AT_ONCE):
            yield list(map(make, batch))
