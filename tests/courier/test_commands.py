"""`python -m chatserver webhook …` and `courier`, as the owner of the site uses them."""

import asyncio
import json
import re
import signal
import sys
from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.changing import Changes
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import PATIENCE, Person
from tests.support.processes import environment
from tests.support.receivers import Receiver, verified


async def webhook(config: Config, *arguments: str, **settings: str) -> dict[str, Any]:
    code, output, errors = await chatserver(config, "webhook", *arguments, **settings)
    assert code == 0, errors
    printed: dict[str, Any] = json.loads(output)
    return printed


async def test_a_webhook_is_added_listed_tried_and_removed(config: Config, shop: Receiver) -> None:
    url, hosts = str(shop.url), {"WEBHOOK_HOSTS": shop.host}
    made = await webhook(config, "add", url, "--events", "note,message", **hosts)
    assert (made["id"], made["url"], made["events"]) == (1, url, ["note", "message"])
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    assert made.keys() == {"id", "url", "events", "secret"}
    (listed,) = (await webhook(config, "list"))["webhooks"]
    assert made["secret"] not in str(listed)
    assert (listed["id"], listed["on"], listed["texts"], listed["waiting"], listed["dropped"]) == (
        1,
        True,
        False,
        0,
        [],
    )
    shop.answers = [418]
    assert await webhook(config, "test", "1", **hosts) == {"status": 418}
    assert [verified(heard, made["secret"]) for heard in shop.heard] == [{"type": "test"}]
    execute(str(config.database_url), "update webhooks set off_at = now()")
    assert await webhook(config, "test", "1", **hosts) == {"status": 204}
    assert await webhook(config, "on", "1") == {"id": 1, "on": True}
    assert execute(str(config.database_url), "select off_at from webhooks") == [(None,)]
    rotated = await webhook(config, "rotate", "1")
    assert rotated.keys() == {"id", "secret"}
    assert rotated["secret"] != made["secret"]
    assert await webhook(config, "remove", "1") == {"id": 1, "removed": True}
    assert await webhook(config, "list") == {"webhooks": []}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "https://127.1/hook"), "must be public"),
        (("add", "https://example.org/hook", "--events", "message,typing"), "message,changed,note"),
        (("on", "7"), "no webhook with this id"),
        (("remove", "one"), "no webhook with this id"),
    ],
)
async def test_what_cannot_be_done_is_said(config: Config, arguments: tuple[str, ...], said: str) -> None:
    code, output, errors = await chatserver(config, "webhook", *arguments)
    assert (code, output) == (1, "")
    assert said in errors
    assert "Traceback" not in errors


async def test_a_receiver_that_cannot_be_reached_is_no_status(config: Config, shop: Receiver) -> None:
    await webhook(config, "add", str(shop.url), WEBHOOK_HOSTS=shop.host)
    code, output, errors = await chatserver(config, "webhook", "test", "1", WEBHOOK_HOSTS="localhost:9")
    assert (code, output) == (1, "")
    assert "its address is not public" in errors
    assert shop.heard == []


async def test_the_courier_is_a_process_that_sends_and_ends_cleanly(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    made = await webhook(config, "add", str(shop.url), "--texts", WEBHOOK_HOSTS=shop.host)
    assert made["events"] == ["message", "changed", "note"]
    environ = environment(config, WEBHOOK_HOSTS=shop.host, COURIER_INTERVAL="0.05", ORIGINS=config.origins[0])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "chatserver", "courier", env=environ, stderr=asyncio.subprocess.PIPE
    )
    shop.answers = [204, None]
    await changes.sends(ben, chat, "two")
    await changes.sends(ben, chat, "three")
    heard = await shop.hears(2)
    assert verified(heard[0], made["secret"])["data"]["text"] == "two"
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        _, errors = await process.communicate()
    assert process.returncode == 0
    assert f"webhook 1 accepted msg_1_{chat}_m2: 204" in errors.decode()
    assert "Traceback" not in errors.decode()
    [(claim, waits)] = execute(str(config.database_url), "select claim, due_at > now() from webhook_positions")
    assert (claim, waits) == (None, False)  # another courier goes on at once
