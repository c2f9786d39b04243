"""Cases for our semgrep rules in Python: findings (`ruleid`) and accepted code (`ok`)."""

# ruff: noqa: RUF006, UP032

import asyncio
from typing import Any

from markupsafe import Markup, escape
from psycopg2 import sql


def formatted(cursor: Any, db: Any, name: str) -> None:
    # ruleid: formatted-sql
    cursor.execute(f"… where name = '{name}'")
    # ruleid: formatted-sql
    cursor.execute("… where name = '%s'" % name)
    # ruleid: formatted-sql
    cursor.execute("… where name = '{}'".format(name))
    # ruleid: formatted-sql
    cursor.executemany("… where name = '" + name + "'", [])
    statement = "… where id in (%s)" % ", ".join(name)
    # ruleid: formatted-sql
    cursor.execute(statement)
    # ruleid: formatted-sql
    db.query(f"user_by_{name}")
    # ruleid: formatted-sql
    cursor.execute(sql.SQL(f"… where name = '{name}'"))


def with_parameters(cursor: Any, db: Any, file: Any, name: str) -> None:
    # ok: formatted-sql
    cursor.execute("… where name = %s", [name])
    # ok: formatted-sql
    cursor.execute(sql.SQL("… {}").format(sql.Identifier(name)))
    # ok: formatted-sql
    db.query("user_by_name", name=f"{name}")
    # ok: formatted-sql
    file.write(f"Hello, {name}")


# ruleid: sql-outside-its-folder
READ = "select name from users where id = %s"
# ruleid: sql-outside-its-folder
WRITE = """
    INSERT INTO users (name) VALUES (%s)"""
# ruleid: sql-outside-its-folder
CHANGE = "update users set name = %s"
# ruleid: sql-outside-its-folder
REMOVE = "delete from users"
# ruleid: sql-outside-its-folder
EMPTY = "truncate users"
# ok: sql-outside-its-folder
HINT = "Update the code."
# ok: sql-outside-its-folder
CHOICE = "Select one."
# ok: markup-of-values
SHOWN = Markup("<b>Hello</b>")


def shown(text: str) -> list[Markup]:
    # ruleid: markup-of-values
    raw = Markup(f"<b>{text}</b>")
    # ruleid: markup-of-values
    as_it_is = Markup(text)
    # ok: markup-of-values
    written = Markup("<b>{}</b>").format(text)
    # ok: markup-of-values
    joined = Markup("\n").join([text, escape(text)])
    return [raw, as_it_is, written, joined, Markup()]


def _render(template: Any) -> Markup:
    # ok: markup-of-values
    return Markup(template.render())


def _attributes(text: str) -> Markup:
    # ok: markup-of-values
    return Markup(f' data-text="{escape(text)}"')


async def sends(ws: Any, group: asyncio.TaskGroup) -> None:
    # ruleid: frame-sent-by-a-task
    task = asyncio.create_task(ws.send_str("first"))
    # ruleid: frame-sent-by-a-task
    group.create_task(ws.send_json({}))
    # ruleid: frame-sent-by-a-task
    asyncio.ensure_future(ws.send_frame(b"", 1))
    # ok: frame-sent-by-a-task
    await ws.send_str("second")
    # ok: frame-sent-by-a-task
    other = asyncio.create_task(ws.receive())
    await asyncio.wait([task, other])
