"""The program of docs/webhooks.md receives events, and refuses what the chat has not signed."""

import asyncio
import json
import os
import re
import sys
from dataclasses import replace

import aiohttp
from yarl import URL

from chatserver.config.settings import Config
from chatserver.courier.webhooks.hooks import EVENTS, add_webhook
from chatserver.database import client as db
from tests.support.changing import Changes
from tests.support.people import PATIENCE, Person
from tests.support.ports import unused_port
from tests.support.receivers import courier
from tests.support.repository import page


async def test_the_documented_program_receives_what_is_said(
    ben: Person, chat: int, config: Config, changes: Changes
) -> None:
    port = unused_port()
    url = URL(f"http://127.0.0.1:{port}/")
    database = await db.connect(str(config.database_url), 1, 0)
    made = await add_webhook(database, str(url), EVENTS, with_texts=True)
    await database.close()
    [code] = re.findall(r"^```python\n(.*?)^```$", page("docs/webhooks.md"), re.MULTILINE | re.DOTALL)
    receiver = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code,
        env=os.environ | {"SECRET": made["secret"], "PORT": str(port)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await refuses(url)
        await changes.sends(ben, chat, "Hello Ana")
        async with courier(replace(config, webhook_hosts=(f"127.0.0.1:{port}",), courier_interval=0.02)):
            assert receiver.stdout
            line = await asyncio.wait_for(receiver.stdout.readline(), PATIENCE)
    finally:
        receiver.terminate()
        await receiver.communicate()
    assert line.decode().startswith(f"msg_{made['id']}_{chat}_m2 {{'type': 'message'")
    assert "Hello Ana" in line.decode()


async def refuses(url: URL) -> None:
    """Sends what nobody has signed, once the program answers."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.post(url, data=json.dumps({"type": "test"})) as answer:
                    assert answer.status == 400
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.02)
