"""What servers of our own take from the environment of whoever starts them, and what their clients take from it."""

import os


def server_environment() -> dict[str, str]:
    """Our environment, without what PostgreSQL's programs would take for settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"HOME": "/"}


def forget_libpq_settings() -> None:
    """Takes libpq's variables (`PGSERVICE`, `PGOPTIONS`, `PGCLIENTENCODING` …) out of this process and its children.

    They belong to other servers of the same developer. libpq reads them by itself for every connection, and no
    connection string can say that one does not count.
    https://www.postgresql.org/docs/current/libpq-envars.html
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
