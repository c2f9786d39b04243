"""The original: a Django site with a chat, in the tables that its models make, or as `dumpdata` writes them."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2

BEGINNING = datetime(2012, 11, 30, 10, 0, tzinfo=UTC)
ANA, BEN, CLEO = 1, 2, 3

# Django makes the same tables in both, but for the types; copies of the site may lack the foreign keys.
TABLES = """
create table auth_user (
    id {key}, password varchar(128) not null, last_login {time}, is_superuser boolean not null,
    username varchar(150) not null unique, last_name varchar(150) not null, email varchar(254) not null,
    is_staff boolean not null, is_active boolean not null, date_joined {time} not null, first_name varchar(150) not null
);
create table privatemessages_thread (id {key}, last_message {time});
create table privatemessages_thread_participants (id {key}, thread_id integer not null, user_id integer not null);
create table privatemessages_message (
    id {key}, text text not null, datetime {time} not null, sender_id integer not null, thread_id integer not null
);
create table django_session (session_key varchar(40) primary key, session_data text not null, expire_date {time});
"""
SQLITE = {"key": "integer not null primary key autoincrement", "time": "datetime"}
POSTGRESQL = {"key": "serial primary key", "time": "timestamp with time zone"}
NAIVE = POSTGRESQL | {"time": "timestamp without time zone"}


@dataclass
class Original:
    """People, threads and messages; times are of Python, or what the source is to hold in their place."""

    people: list[tuple[int, str, bool]] = field(
        default_factory=lambda: [(ANA, "ana", True), (BEN, "ben", True), (CLEO, "cleo", True)]
    )
    threads: dict[int, list[int]] = field(default_factory=dict)
    messages: list[tuple[int, int, int, Any, Any]] = field(default_factory=list)

    def says(self, thread: int, sender: int, text: Any, at: Any = None) -> int:
        """Adds a message, by default a minute after the one before it; returns its id."""
        id_ = len(self.messages) + 1
        self.messages.append((id_, thread, sender, BEGINNING + timedelta(minutes=id_) if at is None else at, text))
        return id_

    def in_sqlite(self, path: Path) -> str:
        """Writes the database of a site with `USE_TZ`: times in UTC that do not say so."""
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript(TABLES.format(**SQLITE))
            for statement, rows in self._rows("?", _naive):
                database.executemany(statement, rows)
        return str(path)

    def in_postgresql(self, url: str, types: dict[str, str] = POSTGRESQL) -> str:
        """Writes the tables into a database."""
        with closing(psycopg2.connect(url)) as database, database, database.cursor() as cursor:
            for table in ("auth_user", "django_session", *(f"privatemessages_{name}" for name in OWN)):
                cursor.execute(f"drop table if exists {table}")
            cursor.execute(TABLES.format(**types))
            for statement, rows in self._rows("%s", lambda at: at):
                cursor.executemany(statement, rows)
        return url

    def in_lines(self, path: Path) -> str:
        """Writes what `manage.py dumpdata --format jsonl` does."""
        lines = [
            {"model": "auth.user", "pk": id_, "fields": {"username": name, "is_active": active, "groups": []}}
            for id_, name, active in self.people
        ]
        lines += [
            {"model": "privatemessages.thread", "pk": id_, "fields": {"last_message": None, "participants": people}}
            for id_, people in self.threads.items()
        ]
        lines += [
            {
                "model": "privatemessages.message",
                "pk": id_,
                "fields": {"text": text, "sender": sender, "thread": thread, "datetime": _django(at)},
            }
            for id_, thread, sender, at, text in self.messages
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return str(path)

    def _rows(self, mark: str, time: Any) -> list[tuple[str, list[tuple[Any, ...]]]]:
        def insert(table: str, columns: str) -> str:
            return f"insert into {table} ({columns}) values ({', '.join([mark] * len(columns.split(', ')))})"

        joined = time(BEGINNING)
        return [
            (
                insert(
                    "auth_user",
                    "id, username, is_active, password, is_superuser, last_name, email, is_staff, date_joined, "
                    "first_name",
                ),
                [
                    (id_, name, active, "pbkdf2_sha256$x", False, "", f"{id_}@example.org", False, joined, "")
                    for id_, name, active in self.people
                ],
            ),
            (insert("privatemessages_thread", "id"), [(id_,) for id_ in self.threads]),
            (
                insert("privatemessages_thread_participants", "thread_id, user_id"),
                [(thread, person) for thread, people in self.threads.items() for person in people],
            ),
            (
                insert("privatemessages_message", "id, thread_id, sender_id, datetime, text"),
                [(id_, thread, sender, time(at), text) for id_, thread, sender, at, text in self.messages],
            ),
        ]


OWN = ("thread", "thread_participants", "message")


def _naive(at: Any) -> Any:
    """Returns a time as Django stores it in SQLite."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ") if isinstance(at, datetime) else at


def _django(at: Any) -> Any:
    """Returns a time as DjangoJSONEncoder writes it."""
    return at.isoformat().replace("+00:00", "Z") if isinstance(at, datetime) else at
