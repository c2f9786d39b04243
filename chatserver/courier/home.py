"""Whose database this is: a copy of a site's database must not send in its name, to its receivers.

The database remembers the first of ORIGINS. What development fills in, where ORIGINS is not set, is not compared.
"""

import logging
from typing import NamedTuple

from chatserver.config.development import development_origins
from chatserver.config.settings import Config
from chatserver.database.client import Database

log = logging.getLogger(__name__)


class Removed(NamedTuple):
    """How many of each were removed from a copy."""

    webhooks: int
    browsers: int
    keys: int
    addresses: int


class Home:
    """Tells the courier whether it is at home, and the log once when it is not."""

    def __init__(self, db: Database, config: Config) -> None:
        self._db = db
        self._config = config
        self._warned = False

    async def is_here(self) -> bool:
        """Returns whether the database belongs to the site of the settings. Raises Unavailable."""
        await remember_home(self._db, self._config)
        problem = await home_problem(self._db, self._config)
        if problem and not self._warned:
            log.warning("nothing is sent: %s", problem)
        self._warned = bool(problem)
        return not problem


async def remember_home(db: Database, config: Config) -> None:
    """Gives a database that belongs to nobody yet to the site of the settings. Raises Unavailable."""
    origin = own_origin(config)
    if origin is not None:
        await db.execute_idempotent("remember_origin", origin=origin)


async def home_problem(db: Database, config: Config) -> str | None:
    """Returns a sentence if the database belongs to another site. Raises Unavailable."""
    origin, known = own_origin(config), await db.query_one("origin_of_installation", str)
    if origin is None or known in {None, origin}:
        return None
    return (
        f"This database belongs to {known}, and ORIGINS begins with {origin}. If the site has moved: "
        "`python -m chatserver adopt`. If this is a copy of it: `python -m chatserver adopt --copy`."
    )


async def adopt(db: Database, origin: str, *, copy: bool) -> dict[str, int]:
    """Gives the database to a site; of a copy, removes what would send in the other's name, and counts it."""
    if not copy:
        await db.execute_idempotent("adopt", origin=origin)
        return {}
    (removed,) = await db.execute_idempotent("adopt_copy", Removed, origin=origin)
    return removed._asdict()


def own_origin(config: Config) -> str | None:
    """Returns the first of ORIGINS; None in development, where it is not set."""
    if not config.origins or (not config.production and config.origins == development_origins(config)):
        return None
    return config.origins[0]
