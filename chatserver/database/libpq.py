"""What libpq is told for every connection to PostgreSQL, so that serving, `migrate` and `check` reach the same server.

Its own environment variables fill what `DATABASE_URL` leaves open, as in every other program (`PGPASSFILE`,
`PGSSLROOTCERT` …), but for two that would change what our queries mean: `PGCLIENTENCODING` and `PGOPTIONS`.
https://www.postgresql.org/docs/current/libpq-envars.html
"""

import os

import psycopg2.extensions

# aiopg cannot follow libpq from one address to the next: whoever connects through it must know the host.
PLACES = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT"}


def parameters(url: str, options: str = "") -> dict[str, str]:
    """The parameters of a URL, of the environment and ours; `options` come after the URL's own.

    Raises psycopg2.ProgrammingError for what is no URL.
    """
    given: dict[str, str] = psycopg2.extensions.parse_dsn(url)
    if "service" not in given and "PGSERVICE" not in os.environ:  # a service says where by itself
        given |= {name: os.environ[variable] for name, variable in PLACES.items() if os.environ.get(variable)} | given
    given["client_encoding"] = "UTF8"
    given["options"] = f"{given.get('options', '')} {options}".strip()
    return given


def dsn(url: str, options: str = "", *, patience: int) -> str:
    """The same as one connection string, with a time limit for connecting: `patience` in seconds."""
    return psycopg2.extensions.make_dsn(**parameters(url, options) | {"connect_timeout": str(patience)})
