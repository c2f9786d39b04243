"""The environment of the embedded servers and of their clients."""

import os


def server_environment() -> dict[str, str]:
    """Returns our environment without the variables that PostgreSQL's programs read as settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"HOME": "/"}


def forget_libpq_settings() -> None:
    """Removes libpq's variables (`PGSERVICE`, `PGOPTIONS`, `PGCLIENTENCODING` …) for this process and its children.

    They are meant for other servers of the same developer. libpq reads them for every connection, and a connection
    string cannot disable them.
    https://www.postgresql.org/docs/current/libpq-envars.html
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
