"""How a server ends: who asked before they could know of it gets an answer."""

import asyncio

from aiohttp import web

from chatserver.app import create_app
from chatserver.config import Config
from chatserver.edge import Runner


async def test_what_is_sent_just_as_the_server_begins_to_end_is_answered(config: Config) -> None:
    runner = Runner(await create_app(config))
    await runner.setup()
    await web.TCPSite(runner, config.host, config.port).start()
    reader, writer = await asyncio.open_connection(config.host, config.port)
    while not runner.server.connections:
        await asyncio.sleep(0)
    ending = asyncio.create_task(runner.cleanup())
    while await gets_in(config):
        pass
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    writer.close()
    await ending


async def gets_in(config: Config) -> bool:
    try:
        (await asyncio.open_connection(config.host, config.port))[1].close()
    except ConnectionError:
        return False
    return True
