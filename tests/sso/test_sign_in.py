"""Signing in by a token: asked for by this browser or sent by the site's own page, once, and nobody is mixed up."""

import asyncio
import re
from collections import Counter
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.web import sso_nonce
from tests.support.database import execute
from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, SITE, START, asks_for_nonce, enters, posts, token_for

EVIL = "https://evil.example"


async def name_in(browser: Person) -> str:
    return str((await browser.json("/messages/session"))["user"]["name"])


async def test_ana_is_in_by_one_link(browser: Person) -> None:
    answer = await browser.get(f"{START}?next=/messages/account/")
    there = URL(answer.location)
    assert (there.with_query({}), there.query["from"], there.query["next"]) == (
        URL(f"{SITE}/to-chat"), "menu", "/messages/account/"
    )  # fmt: skip
    token = token_for(browser, "7", name="Ana Maria", nonce=there.query["nonce"])
    answer = await posts(browser, token, next=there.query["next"])
    assert (answer.status, answer.location) == (303, "/messages/account/")
    assert "Ana.Maria" in (await browser.get("/messages/account/")).text
    user = (await browser.json("/messages/session"))["user"]
    assert (user["name"], user["sub"]) == ("Ana.Maria", "7")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/elsewhere/", "/messages/\\evil", ""])
async def test_nobody_is_led_out_of_the_chat(browser: Person, target: str) -> None:
    answer = await browser.get(str(URL(START).with_query(next=target)))
    assert URL(answer.location).query["next"] == "/messages/"
    answer = await posts(browser, token_for(browser, "7"), next=target)
    assert answer.location == "/messages/"


async def test_the_cookie_of_the_nonce_is_set_once(browser: Person) -> None:
    first = await browser.get(START)
    cookie = first.headers["Set-Cookie"]
    assert re.match(r"chat_sso_\d+=[\w-]{43}; HttpOnly; Max-Age=1800; Path=/; SameSite=Lax$", cookie), cookie
    assert "Set-Cookie" not in (await browser.get(START)).headers


async def test_each_tab_may_have_its_own_nonce_and_one_nonce_carries_several_tokens(browser: Person) -> None:
    nonces = [await asks_for_nonce(browser) for _ in range(2)]
    for nonce in (*nonces, nonces[0]):
        assert (await posts(browser, token_for(browser, "7", nonce=nonce), EVIL)).status == 303


async def test_a_nonce_opens_no_other_browser(browser: Person, other_browser: Person) -> None:
    await asks_for_nonce(other_browser)
    token = token_for(browser, "7", nonce=await asks_for_nonce(browser))
    shown = await posts(other_browser, token)
    assert shown.status == 200
    again = await posts(other_browser, token, again="yes")
    assert (again.status, "nonce" in again.text) == (403, True)
    assert (await posts(browser, token)).status == 303


@pytest.mark.parametrize("nonce", ["", "made up", "a.1.b", 7, None, ["a"], "ä.1.ä"])
async def test_a_nonce_of_any_value_shuts_the_other_way(browser: Person, nonce: Any) -> None:
    await asks_for_nonce(browser)
    claims = {"nonce": nonce} if nonce is not None else {}
    token = token_for(browser, "7", **claims) if claims else token_for(browser, "7") + "x"
    answer = await posts(browser, token)
    assert answer.status == (200 if claims else 403)
    assert (await browser.json("/messages/session"))["code"] == "not_signed_in"


async def test_an_old_nonce_is_refused(serve: Serve, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Person(await serve(**SETTINGS), "Ana") as ana:
        nonce = await asks_for_nonce(ana)
        monkeypatch.setattr(sso_nonce, "LIFE", -1)
        answer = await posts(ana, token_for(ana, "7", nonce=nonce), again="yes")
        assert (answer.status, "half an hour" in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": SITE}, 303),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-site"}, 303),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": SITE, "Sec-Fetch-Site": "cross-site"}, 200),
        ({"Origin": SITE, "Sec-Fetch-Site": "none"}, 200),
        ({"Origin": EVIL, "Sec-Fetch-Site": "same-site"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "same-site"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
async def test_a_token_nobody_asked_for_is_taken_from_pages_of_the_site_alone(
    browser: Person, headers: dict[str, str], status: int
) -> None:
    token = token_for(browser, "7")
    answer = await browser.post_raw("/messages/sso/", {"token": token}, headers=headers)
    assert answer.status == status
    if status == 200:
        assert answer.field("token") == token
        assert (await browser.json("/messages/session"))["code"] == "not_signed_in"
        again = await browser.post_raw("/messages/sso/", {"token": token, "again": "yes"}, headers={"Origin": SITE})
        assert again.status == 403


async def test_the_page_that_posts_again_keeps_the_session_of_whoever_is_signed_in(browser: Person) -> None:
    await enters(browser, "7")
    async with Person(browser.url, "a form of another site") as without_cookies:
        answer = await posts(without_cookies, token_for(browser, "8"), EVIL, next="/messages/account/")
    assert (answer.status, "Set-Cookie" in answer.headers) == (200, False)
    assert [answer.field(name) for name in ("next", "again")] == ["/messages/account/", "yes"]
    assert "data-send-at-once" in answer.text


async def test_a_token_is_used_once_even_by_twenty_at_once(
    browser: Person, other_browser: Person, serve: Serve, config: Config
) -> None:
    second_server = await serve(**SETTINGS, port=0, origins=(str(browser.url.origin()),))
    token = token_for(browser, "7")
    async with Person(second_server, "Ben") as there:
        answers = await asyncio.gather(
            *(posts(who, token) for who in (browser, other_browser, there) for _ in range(7))
        )
    assert sorted(answer.status for answer in answers) == [303, *[403] * 20]
    assert sum("used before" in answer.text for answer in answers) == 20


async def test_a_used_token_changes_nothing(browser: Person) -> None:
    first = token_for(browser, "7", name="Ana")
    await posts(browser, first)
    await enters(browser, "7", name="Anna")
    assert (await posts(browser, first)).status == 403
    assert await name_in(browser) == "Anna"


async def test_two_tokens_of_a_newcomer_at_once_make_one_person_and_both_are_in(
    browser: Person, other_browser: Person, database_url: str
) -> None:
    await asyncio.gather(enters(browser, "7", name="Ana"), enters(other_browser, "7", name="Ana"))
    assert browser.id == other_browser.id
    assert execute(database_url, "select count(*) from users") == [(1,)]


async def test_a_further_token_of_the_same_person_keeps_the_session_and_its_sockets(browser: Person) -> None:
    await enters(browser, "7")
    before, socket = browser.session.value, await browser.socket()
    answer = await posts(browser, token_for(browser, "7", name="Anna"))
    assert (answer.status, "Set-Cookie" in answer.headers) == (303, False)
    assert browser.session.value == before
    assert await name_in(browser) == "Anna"
    assert (await socket.receives("user"))["name"] == "Anna"
    await socket.says("ping")


async def test_somebody_else_in_the_same_browser_ends_the_session_of_the_one_before(
    browser: Person, config: Config
) -> None:
    await enters(browser, "7")
    former, socket = browser.session.value, await browser.socket()
    await enters(browser, "8", name="Ben")
    assert await name_in(browser) == "Ben"
    assert browser.session.value != former
    assert await socket.ends() == 4001
    browser.http.cookie_jar.update_cookies({browser.session.key: former}, browser.url)
    assert (await browser.json("/messages/session"))["code"] == "not_signed_in"


async def test_somebody_with_a_password_gives_way_to_the_person_of_a_token(browser: Person) -> None:
    await browser.sign_up()
    socket = await browser.socket()
    await enters(browser, "7")
    assert await name_in(browser) == "Ana.2"
    assert await socket.ends() == 4001


async def test_a_session_ends_so_long_after_its_last_token(serve: Serve) -> None:
    async with Person(await serve(**SETTINGS, sso_session=4, session_recheck=1), "Ana") as ana:
        await enters(ana, "7")
        socket = await ana.socket()
        assert await socket.ends() == 4001
        assert (await ana.json("/messages/session"))["code"] == "not_signed_in"


async def test_without_redis_nobody_gets_in(serve: Serve) -> None:
    async with Person(await serve(**SETTINGS, redis_url="redis://127.0.0.1:1"), "Ana") as ana:
        answer = await posts(ana, token_for(ana, "7"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


@pytest.mark.parametrize("body", ["form", "JSON"])
async def test_a_program_is_told_in_json_what_is_wrong(serve: Serve, body: str) -> None:
    async with Person(await serve(**SETTINGS, redis_url="redis://127.0.0.1:1"), "Ana") as ana:
        fields = {"token": token_for(ana, "7")}
        sent = {"json": fields} if body == "JSON" else {"data": fields}
        headers = {"Accept": "application/json", "Origin": SITE}
        async with ana.http.post("/messages/sso/", headers=headers, **sent) as answer:  # type: ignore[arg-type]
            code = (await answer.json())["code"]
    assert (answer.status, code) == {"form": (503, "unavailable"), "JSON": (400, "bad_frame")}[body]


async def test_sixty_bad_tokens_a_minute_are_refused_and_a_good_one_is_let_in(browser: Person) -> None:
    statuses = Counter([(await posts(browser, "bad")).status for _ in range(62)])
    assert statuses == {403: 60, 429: 2}
    await enters(browser, "7")


async def test_a_disabled_person_is_told_so_and_the_token_stays_unused(browser: Person, database_url: str) -> None:
    await enters(browser, "7")
    execute(database_url, "update users set disabled_at = now()")
    token = token_for(browser, "7")
    answer = await posts(browser, token)
    assert (answer.status, "has been disabled" in answer.text) == (403, True)
    execute(database_url, "update users set disabled_at = null")
    assert (await posts(browser, token)).status == 303


async def test_start_leads_nowhere_without_a_site(url: URL) -> None:
    async with Person(url, "Ana") as ana:
        assert (await ana.get(START)).status == 404
        assert (await posts(ana, token_for(ana, "7"))).status == 200


async def test_tokens_are_never_logged(browser: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    good, bad = token_for(browser, "7"), token_for(browser, "7") + "x"
    await posts(browser, good)
    await posts(browser, bad)
    assert "not signed" in caplog.text
    assert not {part for token in (good, bad) for part in token.split(".")[1:] if part in caplog.text}
