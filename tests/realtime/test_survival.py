"""Nothing acknowledged is lost when parts fail: lost publishes, Redis frozen or empty, PostgreSQL away, a restart."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
import redis
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestServer
from yarl import URL

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.development.embedded.lock import holder_of
from chatserver.server import app, background
from chatserver.server.schema import migrate
from chatserver.web.app_keys import SOCKETS
from tests.conftest import API_KEY, Serve, execute, lock_is_waited_for, serving
from tests.support.people import PASSWORD, PATIENCE, Person, Socket
from tests.support.proxy import Proxy

# Limits lowered, so that what takes seconds in life takes less here.
QUICK: dict[str, Any] = {
    "redis_timeout": 0.3,
    "redis_ping_interval": 0.2,
    "redis_silence": 0.6,
    "database_timeout": 0.5,
}


async def test_a_lost_publish_is_made_good_for_open_chats_and_lists(ana: Person, ben: Person, serve: Serve) -> None:
    thread = await ana.writes_to(ben)
    deaf = await serve(
        port=0, redis_prefix="another:", origins=(str(ana.url.origin()),)
    )  # publishes where nobody hears
    open_chat, list_page = await ben.socket(), await ben.socket()
    await open_chat.opens(thread, after=1)
    answer = await api_send(ana, deaf, thread, "unheard")
    assert answer == {"status": "ok", "seq": 2}
    assert (await open_chat.receives("message"))["text"] == "unheard"
    await list_page.receives("message", text="unheard")


async def api_send(person: Person, url: object, thread: int, text: str) -> object:
    fields = {"api_key": API_KEY, "sender_id": person.id, "message": text}
    async with person.http.post(f"{url}messages/send_message_api/{thread}/", data=fields) as response:
        return await response.json()


async def test_an_open_chat_gets_what_is_missing_before_what_is_new(ana: Person, ben: Person, serve: Serve) -> None:
    thread = await ana.writes_to(ben)
    deaf = await serve(port=0, redis_prefix="another:", repair_interval=0, origins=(str(ana.url.origin()),))
    socket = await ben.socket()
    await socket.opens(thread, after=1)
    await api_send(ana, deaf, thread, "two")
    await ana.writes_to(ben, "three")
    assert [(await socket.receives("message"))["text"] for _ in range(2)] == ["two", "three"]


async def test_a_restarted_server_says_going_away_and_catches_everyone_up(config: Config) -> None:
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


async def test_a_socket_whose_handshake_was_under_way_is_told_going_away_too(config: Config) -> None:
    made = await app.create_app(config)
    async with (
        TestServer(made, host=config.host, port=config.port) as server,
        Person(server.make_url("/"), "Ana") as ana,
    ):
        await ana.sign_up()
        await made[SOCKETS].close_all()
        socket = await ana.socket()
        assert await socket.ends() == 1001


@pytest.fixture
def own_redis(config: Config, tmp_path: Path) -> Iterator[str]:
    """A Redis that only this test uses, and may freeze."""
    with EmbeddedServers(tmp_path / "redis", durable=False, database_url=config.database_url) as servers:
        yield servers.redis_url


@contextmanager
def frozen(redis_url: str) -> Iterator[None]:
    with closing(redis.Redis.from_url(redis_url)) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_while_redis_is_frozen_messages_are_stored_and_arrive(config: Config, own_redis: str) -> None:
    changed = replace(config, redis_url=own_redis, repair_interval=60, **QUICK)  # once Redis is known to be away: 1 s
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben, list_page = await ana.socket(), await ben.socket(), await ben.socket()
        await at_ben.opens(thread, after=1)
        with frozen(own_redis):
            for text in ("one", "two", "three"):
                await at_ana.receives("sent", id=await at_ana.sends(thread, text))
            assert [(await at_ben.receives("message"))["text"] for _ in range(3)] == ["one", "two", "three"]
            await list_page.receives("message", text="three")


async def test_while_redis_is_frozen_pages_say_try_again_and_afterwards_nobody_is_signed_out(
    config: Config, own_redis: str
) -> None:
    async with serving(replace(config, redis_url=own_redis, **QUICK)) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        with frozen(own_redis):
            page = await ana.get("/messages/")
            assert (page.status, page.headers["Retry-After"]) == (503, "2")
            assert (await ana.get("/messages/session")).status == 503
            assert (await ana.get("/readyz")).status == 503
            assert (await ana.get("/healthz")).status == 200
        assert (await ana.get("/messages/")).status == 200
        await socket.says("ping")
        assert await socket.next() == {"type": "pong"}


async def test_while_redis_is_frozen_nobody_signs_in_or_connects_and_no_cookie_is_taken_back(
    config: Config, own_redis: str
) -> None:
    async with serving(replace(config, redis_url=own_redis, **QUICK)) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        form = {"csrf_token": (await ana.get("/messages/")).field("csrf_token"), "username": "Ana"}
        with frozen(own_redis):
            for path in ("/messages/sign-in/", "/messages/sign-up/", "/messages/sign-out/"):
                answer = await ana.post_raw(path, form | {"password": PASSWORD})
                assert (path, answer.status, answer.headers.get("Set-Cookie")) == (path, 503, None)
            with pytest.raises(WSServerHandshakeError) as refused:
                await ana.socket()
            assert refused.value.status == 503
            assert "Set-Cookie" not in (refused.value.headers or {})
        assert (await ana.get("/messages/session")).status == 200
        await ana.socket()


async def test_where_redis_answers_slowly_people_stay_signed_in_and_sign_in(config: Config) -> None:
    path = str(config.redis_url).removeprefix("unix://").partition("?")[0]
    proxy = Proxy(lambda: asyncio.open_unix_connection(path))
    changed = replace(config, redis_url=f"redis://127.0.0.1:{await proxy.start()}/0")
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        await ben.sign_out()
        proxy.delay = 0.2  # a tenth of what is waited for: a new connection takes several answers
        assert (await ana.get("/messages/")).status == 200
        assert (await ben.sign_in()).status == 303
        thread = await ana.writes_to(ben)
        at_ben = await ben.socket()
        await at_ben.opens(thread)
        assert (await ben.get("/messages/session")).status == 200
        proxy.delay = 0
    await proxy.stop()


@pytest.mark.parametrize("cut", ["pubsub", "normal"])  # who listens, and who publishes
async def test_news_come_again_after_redis_cut_us_off(config: Config, own_redis: str, cut: str) -> None:
    changed = replace(config, redis_url=own_redis, repair_interval=0, **QUICK)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread, after=1)
        with closing(redis.Redis.from_url(own_redis)) as client:
            client.client_kill_filter(_type=cut, skipme=True)
            async with asyncio.timeout(PATIENCE):
                while b"user:%d" % ben.id not in b" ".join(
                    channel for channel in client.pubsub_channels() if isinstance(channel, bytes)
                ):
                    await asyncio.sleep(0.02)
        await at_ana.sends(thread, "still there?")
        assert (await at_ben.receives("message"))["text"] == "still there?"


async def test_what_is_sent_while_a_socket_still_subscribes_is_not_missed(config: Config, own_redis: str) -> None:
    path = own_redis.removeprefix("unix://").partition("?")[0]
    proxy = Proxy(lambda: asyncio.open_unix_connection(path))
    changed = replace(config, redis_url=f"redis://127.0.0.1:{await proxy.start()}/0", repair_interval=0)
    async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana = await ana.socket()
        proxy.subscribes.clear()

        async def ben_opens() -> Socket:
            socket = await ben.socket()
            await socket.says("open", thread=thread, after=1)
            return socket

        opening = asyncio.create_task(ben_opens())
        async with asyncio.timeout(PATIENCE):
            while not proxy.waiting_subscribes:
                await asyncio.sleep(0.01)
        await at_ana.receives("message", id=await at_ana.sends(thread, "just now"))
        proxy.subscribes.set()
        assert (await (await opening).receives("message"))["text"] == "just now"
    await proxy.stop()


async def test_when_redis_has_forgotten_the_sessions_sockets_are_told_signed_out(
    config: Config, own_redis: str
) -> None:
    changed = replace(config, redis_url=own_redis, session_recheck=0.2)
    async with serving(changed) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        socket = await ana.socket()
        with closing(redis.Redis.from_url(own_redis)) as client:
            client.flushall()
        assert await socket.ends() == 4001


async def test_work_in_the_background_begins_again_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "RESTART_PAUSE", 0.01)
    results = iter([ValueError("unforeseen"), KeyError("twice"), None])

    async def work() -> None:
        if error := next(results):
            raise error

    await background.keep_running(work)
    assert list(results) == []


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
async def test_what_postgresql_gives_up_in_the_midst_of_it_is_done_again_and_once(
    ana: Person, ben: Person, config: Config, how: str
) -> None:
    assert config.database_url is not None
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table messages in access exclusive mode")
        id = await socket.sends(thread, "once")
        await lock_is_waited_for(config)
        execute(config.database_url, f"select {how}(pid) from pg_stat_activity where wait_event_type = 'Lock'")
    assert (await socket.receives("sent", id=id))["seq"] == 2
    history = await ana.json(f"/messages/chat/{thread}/history")
    assert [message["text"] for message in history["messages"]] == ["Hello", "once"]


async def test_while_postgresql_is_frozen_sends_are_refused_and_afterwards_all_is_as_before(
    config: Config, tmp_path: Path
) -> None:
    with EmbeddedServers(tmp_path / "postgres", durable=False, redis_url=config.redis_url) as servers:
        migrate(servers.database_url)
        changed = replace(config, database_url=servers.database_url, **QUICK)
        async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
            thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
            socket = await ana.socket()
            with frozen_postgres(servers):
                id = await socket.sends(thread, "patience")
                assert (await socket.receives("error", id=id))["code"] == "unavailable"
                assert (await ana.get("/messages/")).status == 503
                assert (await ana.get("/healthz")).status == 200
            await socket.sends(thread, "patience", id)
            assert (await socket.receives("sent", id=id))["seq"] == 2


@contextmanager
def frozen_postgres(servers: EmbeddedServers) -> Iterator[None]:
    """Every process of it stands still: not even its own time limits help."""
    with closing(psycopg2.connect(servers.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where pid <> pg_backend_pid()")
        pids = [pid for (pid,) in cursor.fetchall()]
    pids.append(holder_of(servers.data_dir)["children"]["postgres"]["pid"])
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_what_postgresql_does_not_take_is_refused_and_the_same_id_finds_out_later(config: Config) -> None:
    async with serving(replace(config, **QUICK)) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        socket = await ana.socket()
        with closing(psycopg2.connect(config.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("lock table threads in access exclusive mode")
            id = await socket.sends(thread, "patience")
            error = await socket.receives("error", id=id)
            assert (error["code"], error["retry_after"]) == ("unavailable", 2)
            page = await ana.get("/messages/")
            assert (page.status, page.headers["Retry-After"]) == (503, "2")
            connection.rollback()
        await socket.sends(thread, "patience", id)
        assert (await socket.receives("sent", id=id))["seq"] == 2
        history = await ana.json(f"/messages/chat/{thread}/history")
        assert [message["text"] for message in history["messages"]] == ["Hello", "patience"]


async def test_a_form_that_could_not_be_stored_comes_back_with_what_was_typed(config: Config) -> None:
    async with serving(replace(config, **QUICK)) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        page = await ana.get("/messages/")
        fields = {"csrf_token": page.field("csrf_token"), "client_id": str(uuid4()), "recipient_name": "Ben"}
        with closing(psycopg2.connect(config.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("lock table messages in access exclusive mode")
            answer = await ana.post_raw("/messages/send_message/", fields | {"message": "a long letter"})
        assert answer.status == 503
        assert "a long letter" in answer.text
        again = {name: answer.field(name) for name in fields}
        assert again == fields
        assert (await ana.post_raw("/messages/send_message/", again | {"message": "a long letter"})).status == 303
