"""The libpq parameters of every connection to PostgreSQL: serving, `migrate` and `check` reach the same server.

libpq's environment variables fill what `DATABASE_URL` leaves open, as in every other program (`PGPASSFILE`,
`PGSSLROOTCERT` …), except two that would change the meaning of our queries: `PGCLIENTENCODING` and `PGOPTIONS`.
https://www.postgresql.org/docs/current/libpq-envars.html
"""

import os

import psycopg2.extensions

# aiopg cannot follow libpq from one address to the next, so the host must be known before connecting.
ADDRESS_VARIABLES = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT"}


def parameters(url: str, options: str = "") -> dict[str, str]:
    """Returns the URL's parameters, completed from the environment, with our own; `options` follow the URL's options.

    Raises psycopg2.ProgrammingError for a malformed URL.
    """
    given: dict[str, str] = psycopg2.extensions.parse_dsn(url)
    if "service" not in given and "PGSERVICE" not in os.environ:  # a service names the server itself
        given |= {
            name: os.environ[variable] for name, variable in ADDRESS_VARIABLES.items() if os.environ.get(variable)
        } | given
    given["client_encoding"] = "UTF8"
    given["options"] = f"{given.get('options', '')} {options}".strip()
    return given


def dsn(url: str, options: str = "", *, patience: int) -> str:
    """Returns the same as one connection string that gives up connecting after `patience` seconds."""
    return psycopg2.extensions.make_dsn(**parameters(url, options) | {"connect_timeout": str(patience)})
