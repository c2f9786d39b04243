"""An SQLite database of the original, which the product is to take over."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bench import people

IN_THREAD, OF_PERSON = 40, 50  # messages
TABLES = """
create table auth_user (id integer primary key, username text, is_active bool);
create table privatemessages_thread (id integer primary key, last_message datetime);
create table privatemessages_thread_participants (id integer primary key, thread_id integer, user_id integer);
create table privatemessages_message (
    id integer primary key, text text, datetime datetime, sender_id integer, thread_id integer
);
"""
FILL = """
with recursive n (k) as (select 1 union all select k + 1 from n where k < :people)
insert into auth_user select k, 'moved' || k, true from n;
with recursive n (k) as (select 1 union all select k + 1 from n where k < :threads)
insert into privatemessages_thread select k, null from n;
insert into privatemessages_thread_participants (thread_id, user_id)
select id, 1 + id % :people from privatemessages_thread;
insert into privatemessages_thread_participants (thread_id, user_id)
select id, 1 + (id + 1 + id / :people) % :people from privatemessages_thread;
with recursive n (k) as (select 0 union all select k + 1 from n where k < :messages - 1)
insert into privatemessages_message
select k + 1, (select text from texts where place = k % :texts), datetime(1300000000 + k * 60, 'unixepoch'),
       1 + (1 + k % :threads + k / :threads % 2 * (1 + (1 + k % :threads) / :people)) % :people, 1 + k % :threads
from n
"""


def make_original(path: Path, messages: int) -> Path:
    """Writes the original's database: each thread is of two people, who write in turn."""
    texts = people.texts()
    sizes = {
        "people": messages // OF_PERSON, "threads": messages // IN_THREAD, "messages": messages, "texts": len(texts)
    }  # fmt: skip
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(TABLES)
        database.execute("create temporary table texts (place integer primary key, text text)")
        database.executemany("insert into texts values (?, ?)", enumerate(texts))
        for statement in FILL.split(";"):
            database.execute(statement, sizes)
    return path
