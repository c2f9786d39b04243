"""What a worker does not import: it would take memory in every process that serves, and some of it sends."""

import os
import re
import subprocess
import sys
from pathlib import Path

from chatserver.config.settings import Config
from tests.support.gunicorn import gunicorn
from tests.support.people import Person
from tests.support.pushing import SETTINGS, PushBrowser, subscribes

SENDS = (
    *("chatserver.courier.mail", "chatserver.courier.outside", "chatserver.courier.push"),
    *("chatserver.courier.webhooks", "aiosmtplib", "http_ece", "smtplib"),
)
FOR_OTHERS = (  # the courier, the command line, the process that encodes pictures, development
    *("chatserver.cli", "chatserver.courier", "chatserver.development", "chatserver.imports"),
    *("PIL", "email.mime", "multiprocessing", "obstore", "sqlite3", "unittest"),
)
IMPORTED = re.compile(r"^import time: .*\| +(\S+)$", re.MULTILINE)
PAGE = "/messages/notifications/"


def test_a_worker_imports_nothing_that_only_other_processes_need() -> None:
    started = "import sys, chatserver.server.app, chatserver.server.worker"
    command = [sys.executable, "-c", f"{started}; print(*sys.modules)"]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}  # it imports some
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    modules = done.stdout.split()
    assert "chatserver.web.routes" in modules
    assert [module for module in modules if module.startswith(SENDS + FOR_OTHERS)] == []


async def test_a_worker_that_serves_all_about_notifications_imports_nothing_that_sends(
    config: Config, tmp_path: Path
) -> None:
    settings = {
        "VAPID_KEYS": SETTINGS["vapid_keys"][0],
        "VAPID_SUBJECT": SETTINGS["vapid_subject"],
        "SMTP_URL": "smtp://127.0.0.1:9",
        "MAIL_FROM": "chat@example.org",
        "DIGEST_AFTER": "1",
        "PYTHONPROFILEIMPORTTIME": "1",  # says in the log what is imported
    }
    async with (
        gunicorn(config, tmp_path, "--workers", "1", **settings) as server,
        Person(server.url, "Ana") as ana,
        Person(server.url, "Ben") as ben,
    ):
        await ana.sign_up()
        await ben.sign_up()
        assert await subscribes(ben, PushBrowser().subscription) == (204, "")
        for done, fields in (("test", {"test": "yes"}), ("asked", {"email": "ben@example.org"})):
            assert (await ben.post(PAGE, **fields)).location == f"{PAGE}?done={done}"
        await ana.writes_to(ben)
        await ben.sign_out()
    imported = set(IMPORTED.findall(server.log.read_text()))
    assert "chatserver.web.pages.notifications" in imported
    assert {module for module in imported if module.startswith(SENDS)} == set()
