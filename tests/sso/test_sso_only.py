"""Where only the site signs people in: every old way leads there or is shut, and what is typed is kept."""

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import WSServerHandshakeError
from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, SITE, START, enters, posts, token_for

ONLY = SETTINGS | {"silence_timeout": 0, "sso_only": 1, "site_url": f"{SITE}/"}
ACCOUNT = "/messages/account/"


@pytest.fixture
async def site(serve: Serve) -> URL:
    return await serve(**ONLY)


@pytest.fixture
async def ana(browser: Person) -> Person:
    return await enters(browser, "7")


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/messages/", START),
        ("/messages/?list=all", f"{START}?next=/messages/?list%3Dall"),
        ("/messages/chat/7/?at=3", f"{START}?next=/messages/chat/7/?at%3D3"),
        (ACCOUNT, f"{START}?next=/messages/account/"),
        ("/messages/sign-in/", START),
        ("/messages/sign-in/?next=/messages/account/", f"{START}?next=/messages/account/"),
        ("/messages/sign-up/?next=/messages/account/", f"{START}?next=/messages/account/"),
    ],
)
async def test_pages_lead_to_the_site(browser: Person, path: str, leads_to: str) -> None:
    answer = await browser.get(path)
    assert (answer.status, URL(answer.location)) == (303, URL(leads_to))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/messages/sign-in/"),
        ("POST", "/messages/sign-up/"),
        ("GET", "/messages/reset/a-token/"),
        ("POST", "/messages/reset/a-token/"),
        ("POST", "/messages/account/password/"),
    ],
)
@pytest.mark.parametrize("sub", ["", "7"])
async def test_passwords_are_shut_with_and_without_session(browser: Person, method: str, path: str, sub: str) -> None:
    if sub:
        await enters(browser, sub)
    answer = await (browser.get(path) if method == "GET" else browser.post_raw(path, {"username": "Ana"}))
    assert (answer.status, "Passwords are not used here" in answer.text) == (403, True)


@pytest.mark.parametrize(
    "path", ["/messages/block/", "/messages/account/delete/", "/messages/chat/7/read/", "/messages/send_message/"]
)
async def test_a_form_without_session_leads_to_the_site_before_anything_is_checked(browser: Person, path: str) -> None:
    answer = await browser.post_raw(path, {})
    assert (answer.status, answer.location) == (303, START)


async def test_programs_hear_that_nobody_is_signed_in(browser: Person) -> None:
    assert (await browser.get("/messages/session")).status == 401
    assert (await browser.get("/messages/chat/7/history")).status == 401


async def test_what_was_typed_into_a_page_whose_session_ran_out_is_kept(ana: Person, config: Config) -> None:
    await chatserver(config, "user", "end-sessions", "Ana")
    fields = {"recipient_name": "Ben", "message": "A long <letter>", "csrf_token": "x"}
    referer = {"Referer": str(ana.url.with_path("/messages/account/"))}
    answer = await ana.post_raw("/messages/send_message/", fields, headers=referer)
    assert answer.status == 401
    assert "A long &lt;letter&gt;</textarea>" in answer.text
    assert answer.field("recipient_name") == "Ben"
    assert f'href="{START}?next=/messages/account/"' in answer.text


async def test_signing_out_ends_the_chats_session_alone_and_stays_out(ana: Person) -> None:
    answer = await ana.sign_out()
    assert (answer.status, answer.location) == (303, "/messages/signed-out/")
    page = await ana.get("/messages/signed-out/")
    assert page.status == 200
    assert page.text.count(f'href="{SITE}/"') == 1
    assert f'href="{START}"' in page.text
    assert "Set-Cookie" not in page.headers
    again = await ana.post_raw("/messages/sign-out/", {})
    assert (again.status, again.location) == (303, "/messages/signed-out/")


async def test_sessions_of_passwords_no_longer_count_for_pages_or_sockets(
    serve: Serve, config: Config, url: URL
) -> None:
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        only = await serve(**ONLY, port=0, session_recheck=1, origins=(str(url.origin()),))
        async with Person(only, "Ana") as there:
            there.http.cookie_jar.update_cookies({"chat_session": ana.session.value}, only)
            assert (await there.get("/messages/session")).status == 401
            with pytest.raises(WSServerHandshakeError, match="401"):
                await there.socket(str(url.origin()))
    async with Redis.from_url(str(config.redis_url)) as redis:
        assert [key async for key in redis.scan_iter(f"{config.redis_prefix}session:*")]


async def test_commands_for_passwords_refuse(config: Config, ana: Person) -> None:
    settings = {"SSO_KEYS": " ".join(SETTINGS["sso_keys"]), "SSO_URL": SETTINGS["sso_url"], "SSO_ONLY": "1"}
    for arguments in (["create", "Ben", "--link"], ["reset", "Ana"]):
        code, output, errors = await chatserver(config, "user", *arguments, **settings)
        assert (code, output) == (1, "")
        assert "SSO_ONLY is set" in errors
    code, output, _ = await chatserver(config, "user", "show", "Ana", **settings)
    assert (code, json.loads(output)["sessions"]) == (0, 1)


async def test_a_form_may_lead_to_the_site(browser: Person) -> None:
    for path in ("/messages/signed-out/", START):
        policy = (await browser.get(path)).headers["Content-Security-Policy"]
        assert f"form-action 'self' {SITE};" in policy


# -- without a password, also where others have one -------------------------------------------------------------------


@pytest.fixture
async def both(serve: Serve) -> AsyncIterator[Person]:
    """Ana, of the site, in a chat where others have passwords."""
    async with Person(await serve(**SETTINGS), "Ana") as ana:
        yield await enters(ana, "7")


async def test_the_sign_in_page_offers_both_ways(both: Person) -> None:
    async with Person(both.url, "Ben") as ben:
        page = await ben.get("/messages/sign-in/?next=/messages/account/")
        assert f'href="{START}?next=/messages/account/"' in page.text
        assert 'type="password"' in page.text


async def test_the_account_page_asks_for_the_name_in_place_of_a_password(both: Person) -> None:
    page = (await both.get(ACCOUNT)).text
    assert 'name="confirm"' in page
    assert 'type="password"' not in page


@pytest.mark.parametrize("typed", ["", "Anna", "Ana Ruiz"])
async def test_another_name_confirms_nothing(both: Person, typed: str) -> None:
    answer = await both.post("/messages/account/delete/", ACCOUNT, confirm=typed)
    assert (answer.status, answer.alert) == (400, "This is not your name.")
    assert (await both.get("/messages/")).status == 200


async def test_ana_ends_her_other_sessions_and_deletes_her_account_by_her_name(both: Person) -> None:
    async with Person(both.url, "Ana") as phone:
        await enters(phone, "7")
        answer = await both.post("/messages/account/sessions/", ACCOUNT, confirm="ANA", end="others")
        assert answer.location == f"{ACCOUNT}?done=sessions"
        assert (await phone.get("/messages/session")).status == 401
    answer = await both.post("/messages/account/delete/", ACCOUNT, confirm="ana")
    assert (answer.status, answer.location) == (303, "/messages/sign-in/?deleted=yes")
    assert (await both.get("/messages/session")).status == 401


async def test_a_deleted_account_is_not_signed_in_again_at_once(ana: Person) -> None:
    answer = await ana.post("/messages/account/delete/", ACCOUNT, confirm="Ana")
    assert answer.location == "/messages/signed-out/?deleted=yes"
    assert 'id="deleted"' in (await ana.get(answer.location)).text


async def test_a_token_from_long_ago_confirms_nothing(both: Person, config: Config) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        (key,) = [key async for key in redis.scan_iter(f"{config.redis_prefix}session:*")]
        data = json.loads(await redis.get(key) or "")
        data["session"]["token_at"] -= 601
        await redis.set(key, json.dumps(data))
    answer = await both.post("/messages/account/delete/", ACCOUNT, confirm="Ana")
    assert (answer.status, answer.location) == (303, f"{START}?next=/messages/account/")
    await posts(both, token_for(both, "7"))
    assert (await both.post("/messages/account/delete/", ACCOUNT, confirm="Ana")).status == 303
    assert (await both.get("/messages/session")).status == 401


async def test_deletion_can_be_left_to_the_site(serve: Serve) -> None:
    async with Person(await serve(**SETTINGS, sso_delete=0), "Ana") as ana:
        await enters(ana, "7")
        assert "delete-title" not in (await ana.get(ACCOUNT)).text
        assert (await ana.post("/messages/account/delete/", ACCOUNT, confirm="Ana")).status == 404
        async with Person(ana.url, "Ben") as ben:
            await ben.sign_up()
            assert (await ben.post("/messages/account/delete/", ACCOUNT, delete_password=PASSWORD)).status == 303
