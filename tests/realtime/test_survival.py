"""Nothing acknowledged is lost when an event is lost, a message is missing or the server restarts."""

import asyncio

import pytest
from aiohttp.test_utils import TestServer
from yarl import URL

from chatserver.config.settings import Config
from chatserver.server import app, background
from chatserver.web.app_keys import SOCKETS
from tests.support.people import Person
from tests.support.servers import Serve, api_send, serving


async def test_messages_of_a_lost_publish_reach_open_chats_and_lists(ana: Person, ben: Person, serve: Serve) -> None:
    thread = await ana.writes_to(ben)
    deaf = await serve(
        port=0, redis_prefix="another:", origins=(str(ana.url.origin()),)
    )  # publishes to a channel without subscribers
    open_chat, list_page = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=1)
    answer = await api_send(ana, deaf, thread, "unheard")
    assert answer == {"status": "ok", "seq": 2}
    assert (await open_chat.receives("message"))["text"] == "unheard"
    await list_page.receives("message", text="unheard")


async def test_an_open_chat_gets_missing_messages_before_new_ones(ana: Person, ben: Person, serve: Serve) -> None:
    thread = await ana.writes_to(ben)
    deaf = await serve(port=0, redis_prefix="another:", repair_interval=0, origins=(str(ana.url.origin()),))
    socket = await ben.socket()
    await socket.opens(thread, after=1)
    await api_send(ana, deaf, thread, "two")
    await ana.writes_to(ben, "three")
    assert [(await socket.receives("message"))["text"] for _ in range(2)] == ["two", "three"]


async def test_a_restarted_server_closes_as_going_away_and_catches_everyone_up(config: Config) -> None:
    async with (
        Person(URL(f"http://{config.host}:{config.port}/"), "Ana") as ana,
        Person(URL(f"http://{config.host}:{config.port}/"), "Ben") as ben,
    ):
        async with serving(config):
            await ana.sign_up()
            await ben.sign_up()
            thread = await ana.writes_to(ben)
            at_ben = await ben.socket()
            await at_ben.opens(thread, after=1)
            end = asyncio.create_task(at_ben.ends())
        assert await end == 1001
        async with serving(config):
            await ana.writes_to(ben, "while you were away")
            again = await ben.socket()
            await again.says("open", thread=thread, after=1)
            assert (await again.next())["text"] == "while you were away"


async def test_a_socket_whose_handshake_was_in_progress_is_closed_as_going_away_too(config: Config) -> None:
    made = await app.create_app(config)
    async with (
        TestServer(made, host=config.host, port=config.port) as server,
        Person(server.make_url("/"), "Ana") as ana,
    ):
        await ana.sign_up()
        await made[SOCKETS].close_all()
        socket = await ana.socket()
        assert await socket.ends() == 1001


async def test_a_failed_background_task_is_restarted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RESTART_PAUSE", 0.01)
    results = iter([ValueError("unforeseen"), KeyError("twice"), None])

    async def work() -> None:
        if error := next(results):
            raise error

    await background.keep_running(work)
    assert list(results) == []
