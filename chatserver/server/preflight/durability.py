"""Checks that acknowledged messages survive a power cut."""

from collections.abc import Iterator

from psycopg2.extensions import connection as Connection  # noqa: N812

from chatserver.config.settings import Config


def durability_problems(connection: Connection, config: Config) -> Iterator[str]:
    """Checks PostgreSQL's settings of commits; in development fsync may be off, as in our tests."""
    watched = ["fsync", "synchronous_commit"] if config.production else ["synchronous_commit"]
    cursor = connection.cursor()
    cursor.execute("select name from pg_settings where setting = 'off' and name = any (%s) order by name", [watched])
    if off := [f"{name} = off" for (name,) in cursor]:
        yield (
            f"PostgreSQL acknowledges what is not on its disk yet, with {' and '.join(off)}: a power cut would lose "
            "what people saw as sent. Turn it on."
        )
