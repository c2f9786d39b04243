"""`make demo SITE=1`: the Django site of `tests/sites/django` beside the chat, as in docs/django.md.

It has a data folder of its own, since the people of the demo sign in at the site here, and have no passwords.
"""

import asyncio
import os
import signal
import subprocess
import sys

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.api_keys import end_key, make_key
from chatserver.accounts.passwords import Hasher
from chatserver.config.development import make_secret
from chatserver.config.settings import Config
from chatserver.config.urls import origin_of
from chatserver.database import client as db
from chatserver.development.demo import PEOPLE
from chatserver.development.embedded import EmbeddedServers
from chatserver.resources import PACKAGE
from chatserver.sso.people import find_known

MANAGE = PACKAGE.parent / "tests" / "sites" / "django" / "manage.py"
PASSWORD = "a demo, not a secret"  # noqa: S105  # that of mysite/people.py
SITE_PEOPLE = ["ana", "ben", "cleo"]  # who they are there
ISSUER, KEY = "site", "site"


class DemoSite:
    """The site, on the port after the chat's; `settings` are those that the chat needs."""

    def __init__(self, config: Config) -> None:
        port = config.port + 1
        self.url = origin_of(config.host, port)
        secret = make_secret()
        folder = config.data_dir / "site"
        self.settings = {
            "DATA_DIR": str(folder),
            "SSO_KEYS": f"site:HS256:{secret}",
            "SSO_URL": f"{self.url}/chat/",
            "SSO_ONLY": "1",
            "EMBED_ORIGINS": str(self.url),
            "SITE_URL": f"{self.url}/",
        }
        self._address = f"{config.host}:{port}"
        self._environ = {
            "CHAT_URL": config.origins[0],
            "CHAT_SECRET": secret,
            "SITE_SECRET": make_secret(),
            "SITE_DATABASE": str(folder / "site.sqlite3"),
        }

    def start(self, config: Config, servers: EmbeddedServers) -> list[tuple[str, str]]:
        """Links the people of the demo to those of the site, who have ids in the same order, and serves the site.

        Returns the names and passwords to sign in with there.
        """
        environ = os.environ | self._environ | {"CHAT_KEY": asyncio.run(_link(str(config.database_url)))}
        for command in (["migrate", "-v", "0"], ["shell", "-v", "0", "-c", "from mysite.people import make; make()"]):
            subprocess.run([sys.executable, str(MANAGE), *command], env=environ, check=True)  # noqa: S603
        command = [sys.executable, str(MANAGE), "runserver", "--noreload", self._address]
        servers.spawn("site", command, signal.SIGINT, environ)
        return [(name, PASSWORD) for name in SITE_PEOPLE]


async def _link(database_url: str) -> str:
    """Returns a new key of the API for the site."""
    database = await db.connect(database_url, 1, 0)
    try:
        accounts = Accounts(database, Hasher(1, 0))
        subjects = [str(number) for number, _ in enumerate(PEOPLE, 1)]
        for name, known in zip(PEOPLE, await find_known(database, ISSUER, subjects), strict=True):
            if known.user_id is None:
                user = await accounts.find(name)
                linked = {"issuer": ISSUER, "subject": known.subject, "user_id": user.id, "former_id": None}
                await database.execute_idempotent("link_identity", int, **linked)
        await end_key(database, KEY)
        key = await make_key(database, KEY, ["write"])
    finally:
        await database.close()
    assert key is not None
    return key
