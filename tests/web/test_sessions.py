"""Sessions in Redis are created at sign-in, deleted at sign-out, and never restored."""

import asyncio
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg2
import pytest
from aiohttp.test_utils import make_mocked_request
from redis.asyncio import Redis
from yarl import URL

from chatserver.accounts import session_index
from chatserver.accounts.accounts import User
from chatserver.accounts.passwords import Hasher
from chatserver.accounts.session_index import MAX_SESSIONS
from chatserver.bus.client import connect_redis
from chatserver.config.settings import Config
from chatserver.realtime import session_checks
from chatserver.web.sessions import SessionStorage
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import PASSWORD, PATIENCE, Person
from tests.support.servers import Serve, serving
from tests.support.sessions import key_of, token_of


async def test_redis_holds_a_hash_of_the_token_and_never_the_token(ana: Person, config: Config) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert await redis.exists(key_of(config, token_of(ana)))
        keys = [key async for key in redis.scan_iter(f"{config.redis_prefix}*")]
    assert token_of(ana).encode() not in b"".join(keys)
    assert len(token_of(ana)) == 43  # 256 bits


async def test_signing_in_creates_a_new_token_and_ends_the_old_one(ana: Person, config: Config) -> None:
    before = token_of(ana)
    await ana.sign_in()
    assert token_of(ana) != before
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert not await redis.exists(key_of(config, before))


async def test_a_sign_in_fails_if_the_password_is_changed_meanwhile(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = Hasher.fits

    async def fits_for_the_last_time(*arguments: Any) -> bool:
        fitted = await fits(*arguments)
        execute(str(config.database_url), "update users set password_hash = 'another'")
        return fitted

    monkeypatch.setattr(Hasher, "fits", fits_for_the_last_time)
    async with Person(ana.url, "Ana") as late:
        assert (await late.sign_in()).status == 403
        assert (await late.get("/messages/session")).status == 401


async def test_the_hundred_and_first_sign_in_ends_the_oldest_session(config: Config, ana: Person) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        storage = SessionStorage(redis, config)
        await storage.begin_many([User(ana.id, ana.name)] * MAX_SESSIONS)
        assert len(await storage.session_index.all_of(ana.id, "")) == MAX_SESSIONS
    assert (await ana.get("/messages/session")).status == 401


async def test_the_sockets_of_the_oldest_session_end_with_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_index, "MAX_SESSIONS", 2)
    url = await serve(session_recheck=0)
    async with Person(url, "Ana") as oldest, Person(url, "Ana") as second, Person(url, "Ana") as third:
        at_oldest = await (await oldest.sign_up()).socket()
        await second.sign_in()
        await third.sign_in()
        assert await at_oldest.ends() == 4001
        assert [(await each.get("/messages/session")).status for each in (second, third)] == [200, 200]


async def test_expired_sessions_do_not_count_towards_the_limit(
    url: URL, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_index, "MAX_SESSIONS", 2)
    async with Person(url, "Ana") as oldest, Person(url, "Ana") as second, Person(url, "Ana") as third:
        await oldest.sign_up()
        await second.sign_in()
        async with Redis.from_url(str(config.redis_url)) as redis:
            await redis.delete(key_of(config, token_of(second)))  # as if it had expired
        await third.sign_in()
        assert [(await each.get("/messages/session")).status for each in (oldest, third)] == [200, 200]


async def test_nothing_is_stored_for_a_visitor(url: URL, config: Config) -> None:
    async with Person(url, "Ana") as ana:
        await ana.get("/messages/sign-in/")
        assert token_of(ana)
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert [key async for key in redis.scan_iter(f"{config.redis_prefix}session:*")] == []


async def test_a_request_in_flight_does_not_bring_a_session_back(ana: Person, config: Config) -> None:
    assert config.database_url is not None
    key = key_of(config, token_of(ana))
    fields = {"csrf_token": (await ana.get("/messages/")).field("csrf_token")}
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table threads")
        in_flight = asyncio.create_task(ana.get("/messages/"))  # it has loaded the session by now
        await lock_is_waited_for(config)
        assert (await ana.post_raw("/messages/sign-out/", fields)).status == 303
    assert (await in_flight).status == 200
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert not await redis.exists(key)


async def test_old_sockets_end_when_somebody_else_signs_in_in_the_same_browser(serve: Serve) -> None:
    async with Person(await serve(session_recheck=0), "Ana") as ana:
        socket = await (await ana.sign_up()).socket()
        ana.name = "Ben"
        await ana.sign_up()
        assert await socket.ends() == 4001


async def test_signing_out_while_a_socket_opens_also_ends_it(ana: Person, config: Config) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        socket = await ana.socket()
        await redis.delete(key_of(config, token_of(ana)))  # as if she had signed out before the socket subscribed
        assert await socket.ends() == 4001


async def test_scripts_and_other_sites_cannot_read_the_session_cookie(url: URL) -> None:
    async with Person(url, "Ana") as ana:
        page = await ana.get("/messages/sign-up/")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(page.headers["Set-Cookie"].split("; "))


async def test_a_session_ends_after_its_lifetime_however_busy_it_is(config: Config) -> None:
    async with serving(replace(config, session_lifetime=1)) as url, Person(url, "Ana") as ana:
        await ana.post("/messages/sign-up/", username="Ana", password=PASSWORD)
        async with asyncio.timeout(5):
            while (await ana.get("/messages/")).status == 200:
                await asyncio.sleep(0.1)


async def test_an_idle_session_ends(serve: Serve, config: Config) -> None:
    url = await serve(session_idle=1)
    async with Person(url, "Ana") as ana, Redis.from_url(str(config.redis_url)) as redis:
        await ana.sign_up()
        key = key_of(config, token_of(ana))
        async with asyncio.timeout(5):
            while await redis.exists(key):
                await asyncio.sleep(0.1)
        assert (await ana.get("/messages/")).status == 303


async def test_a_session_used_by_pages_or_an_open_socket_stays_alive_and_an_unused_one_ends(
    serve: Serve, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_checks, "TICK", 0.1)
    url = await serve(session_idle=2, session_recheck=0.2)
    async with (
        Person(url, "Ana") as ana,
        Person(url, "Ben") as ben,
        Person(url, "Cleo") as cleo,
        Redis.from_url(str(config.redis_url)) as redis,
    ):
        await ana.sign_up()
        at_ben = await (await ben.sign_up()).socket()
        await cleo.sign_up()  # she signs in last: when her session expires, the others would have expired too
        async with asyncio.timeout(PATIENCE):
            while await redis.exists(key_of(config, token_of(cleo))):
                assert (await ana.get("/messages/session")).status == 200
                await asyncio.sleep(0.1)
        statuses = [(await person.get("/messages/session")).status for person in (ana, ben, cleo)]
        assert statuses == [200, 200, 401]
        await at_ben.says("ping")
        assert await at_ben.receives("pong")


async def test_sessions_that_are_checked_together_also_stay_alive(config: Config) -> None:
    async with connect_redis(config) as redis:
        storage = SessionStorage(redis, config)
        cookies = await storage.begin_many([User(1, "Ana"), User(2, "Ben"), User(3, "Cleo")])
        keys = [key_of(config, cookie.partition("=")[2]) for cookie in cookies]
        for key in keys:
            await redis.expire(key, 60)
        asked = [make_mocked_request("GET", "/", {"Cookie": cookie}) for cookie in cookies]
        found = await asyncio.gather(*map(storage.load_session, asked))
        assert [session["name"] for session in found] == ["Ana", "Ben", "Cleo"]
        assert min([await redis.ttl(key) for key in keys]) > 60


async def test_an_open_socket_ends_with_its_sessions_lifetime(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_checks, "TICK", 0.1)
    async with Person(await serve(session_lifetime=2, session_recheck=0.2), "Ana") as ana:
        socket = await (await ana.sign_up()).socket()
        assert await socket.ends() == 4001


async def test_an_invalid_cookie_is_ignored(ana: Person) -> None:
    for nonsense in ("", "x", "x" * 43, "../" * 14, "x" * 8000, "ü"):
        async with Person(ana.url, "Nobody", headers={"Cookie": f"chat_session={nonsense}"}) as nobody:
            assert (await nobody.get("/messages/session")).status == 401
