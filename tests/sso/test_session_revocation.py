"""Sessions of the site's people that are ended: tokens from before let nobody in, nor does a sign-in under way."""

import asyncio
import json
import time

import pytest
from redis.asyncio import Redis

from chatserver.accounts.accounts import User
from chatserver.accounts.revocation import revoke
from chatserver.accounts.session_index import SessionByToken, SessionIndex
from chatserver.bus.client import connect_redis
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.database import client as db
from chatserver.sso.session_revocation import revoke_sessions
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import Person
from tests.support.tokens import SETTINGS, enters, posts, token_for

SSO = {"SSO_KEYS": " ".join(SETTINGS["sso_keys"]), "SSO_URL": SETTINGS["sso_url"]}


async def tries(person: Person, sub: str, age: int) -> tuple[int, bool]:
    """What a token of that age, in seconds, is answered with, and whether it came too early."""
    made = int(time.time()) - age
    answer = await posts(person, token_for(person, sub, iat=made, exp=made + 300))
    return answer.status, "were ended" in answer.text


async def test_a_command_ends_the_sessions_and_refuses_the_tokens_from_before(browser: Person, config: Config) -> None:
    await enters(browser, "7")
    closing = asyncio.create_task((await browser.socket()).ends())
    code, output, errors = await chatserver(config, "user", "end-sessions", "Ana")
    assert (code, errors) == (0, "")
    assert json.loads(output)["sessions_ended"] == 1
    assert await closing == 4001
    assert await tries(browser, "7", age=10) == (403, True)
    assert await tries(browser, "7", age=0) == (303, False)


async def test_tokens_from_before_somebody_was_disabled_stay_refused(browser: Person, config: Config) -> None:
    await enters(browser, "7")
    for action in ("disable", "enable"):
        assert (await chatserver(config, "user", action, "Ana"))[0] == 0
    assert await tries(browser, "7", age=10) == (403, True)
    assert await tries(browser, "7", age=0) == (303, False)


async def test_whoever_deletes_the_account_comes_back_as_somebody_new_by_a_later_token_alone(
    browser: Person, config: Config, database_url: str
) -> None:
    former = (await enters(browser, "7")).id
    assert (await chatserver(config, "user", "erase", "Ana", "--yes"))[0] == 0
    assert await tries(browser, "7", age=10) == (403, True)
    assert execute(database_url, "select count(*) from users where deleted_at is null") == [(0,)]
    assert (await enters(browser, "7")).id != former


async def test_the_end_is_kept_for_somebody_without_an_account_too(
    browser: Person, config: Config, database_url: str
) -> None:
    database = await db.connect(str(config.database_url), 1, timeout=0)
    redis = connect_redis(config)
    publisher = Publisher(redis, config.redis_prefix, 0)
    for _ in range(2):
        await revoke_sessions(database, SessionIndex(redis, config), publisher, "site", "7")
    assert await tries(browser, "7", age=10) == (403, True)
    execute(database_url, "update identities set ended_at = now() - interval '331 seconds'")
    await revoke_sessions(database, SessionIndex(redis, config), publisher, "site", "8")
    assert execute(database_url, "select subject from identities") == [("8",)]
    assert await tries(browser, "7", age=10) == (303, False)
    for service in (publisher.close, redis.aclose, database.close):
        await service()


@pytest.mark.parametrize(("read_at", "outcome"), [(4, "ended"), (5, [])])
async def test_a_sign_in_that_read_the_account_before_the_end_begins_no_session(
    config: Config, read_at: int, outcome: object
) -> None:
    database = await db.connect(str(config.database_url), 1, timeout=0)
    redis = connect_redis(config)
    sessions, publisher = SessionIndex(redis, config), Publisher(redis, config.redis_prefix, 0)
    await revoke(database, sessions, publisher, User(1, "Ana"), ended_at=5)
    new = SessionByToken(1, f"{config.redis_prefix}session:x", '{"session": {}}', read_at, "token", 60)
    assert await sessions.begin_by_token(new) == outcome
    assert await sessions.is_marked("token") == (outcome == [])
    for service in (publisher.close, redis.aclose, database.close):
        await service()


async def test_the_command_that_checks_a_token_says_what_is_wrong_and_uses_nothing_up(
    browser: Person, config: Config
) -> None:
    token = token_for(browser, "7")
    for _ in range(2):
        code, output, errors = await chatserver(config, "sso", "check", typed=token + "\n", **SSO)
        assert (code, errors) == (0, "")
        assert json.loads(output).items() >= {"taken": True, "sub": "7", "user": None}.items()
    assert (await posts(browser, token)).status == 303
    for typed, sentence in [
        (token, "it was used before"),
        ("", "there is no token"),
        ("a.b", "it is not three parts in"),
    ]:
        code, output, errors = await chatserver(config, "sso", "check", typed=typed, **SSO)
        assert (code, output) == (1, "")
        assert errors.startswith(f"chatserver: The token is refused: {sentence}")
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert len([key async for key in redis.scan_iter(f"{config.redis_prefix}token:*")]) == 1
