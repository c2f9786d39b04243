"""`make demo SITE=1`: the Django site of `tests/sites/django` beside the chat, as in docs/django.md.

It has a data folder of its own, since the people of the demo sign in at the site here, and have no passwords.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.api_keys import end_key, make_key
from chatserver.accounts.passwords import Hasher
from chatserver.accounts.session_index import SessionIndex
from chatserver.cli.context import publishing
from chatserver.config.development import make_secret
from chatserver.config.settings import Config
from chatserver.config.urls import origin_of
from chatserver.database import client as db
from chatserver.development.demo import PEOPLE
from chatserver.development.embedded import EmbeddedServers
from chatserver.resources import PACKAGE
from chatserver.sso.account_sync import AccountSync
from chatserver.sso.people import find_known
from chatserver.sso.profiles import Profile

MANAGE = PACKAGE.parent / "tests" / "sites" / "django" / "manage.py"
PASSWORD = "a demo, not a secret"  # noqa: S105  # that of mysite/people.py
MAKE = "import json; from mysite.people import PEOPLE, make; make(); print(json.dumps(PEOPLE))"
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
        """Links the people of the demo to those of the site, in the same order, and serves the site.

        Returns the names and passwords to sign in with there.
        """
        environ = os.environ | self._environ
        self._manage(environ, "migrate", "-v", "0")
        people = [
            Profile(str(id_), name, f"{first} {last}")
            for id_, name, first, last in json.loads(self._manage(environ, "shell", "-v", "0", "-c", MAKE))
        ]
        environ["CHAT_KEY"] = asyncio.run(_introduce(config, people))
        servers.spawn("site", _command("runserver", "--noreload", self._address), signal.SIGINT, environ)
        return [(str(person.name), PASSWORD) for person in people]

    def _manage(self, environ: dict[str, str], *arguments: str) -> bytes:
        """Returns what a command of the site prints."""
        without_key = environ | {"CHAT_KEY": ""}
        return subprocess.run(_command(*arguments), env=without_key, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603


def _command(*arguments: str) -> list[str]:
    return [sys.executable, str(MANAGE), *arguments]


async def _introduce(config: Config, people: Sequence[Profile]) -> str:
    """Links the people, gives them the names that they have at the site, and returns a new key of the API for it."""
    database = await db.connect(str(config.database_url), 1, 0)
    try:
        accounts = Accounts(database, Hasher(1, 0))
        known = await find_known(database, ISSUER, [person.subject for person in people])
        for name, person in zip(PEOPLE, known, strict=True):
            if person.user_id is None:
                user = await accounts.find(name)
                linked = {"issuer": ISSUER, "subject": person.subject, "user_id": user.id, "former_id": None}
                await database.execute_idempotent("link_identity", int, **linked)
        async with publishing(config) as (redis, publisher):
            await AccountSync(database, SessionIndex(redis, config), publisher, config).sync(people)
        await end_key(database, KEY)
        key = await make_key(database, KEY, ["write"])
    finally:
        await database.close()
    assert key is not None
    return key
