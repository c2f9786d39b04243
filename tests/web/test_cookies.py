"""Browsers keep one set of cookies for each host, so ours must not collide with those of other programs or servers."""

import re

import aiohttp
import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import PASSWORD, Answer, Person
from tests.support.ports import unused_port
from tests.support.servers import Serve

FORMER = {"language": "ru", "theme": "dark", "timezone": "Europe/Moscow", "chosen_timezone": "Asia/Tokyo"}
FOREIGN = {"language": "pt_BR", "theme": "light", "timezone": "-180", "chosen_timezone": "Europe/Berlin"}


def names_set(answer: Answer) -> set[str]:
    return {line.partition("=")[0] for line in answer.headers.getall("Set-Cookie", [])}


async def chooses(person: Person, choice: str, value: str) -> Answer:
    return await person.post(f"/messages/{choice}/", page="/messages/", **{choice: value, "next": "/messages/"})


async def test_all_our_cookies_have_our_prefix(ana: Person) -> None:
    await chooses(ana, "language", "ru")
    await chooses(ana, "theme", "auto")
    await ana.post("/messages/account/zone/", page="/messages/account/", zone="Asia/Tokyo")
    port = ana.url.port
    assert {cookie.key for cookie in ana.http.cookie_jar} == {
        f"chat_session_{port}", f"chat_device_{port}", "chat_language", "chat_theme", "chat_chosen_timezone",
    }  # fmt: skip


async def test_choices_in_former_cookies_are_migrated_once(ana: Person) -> None:
    ana.http.cookie_jar.update_cookies(FORMER, ana.url)
    page = await ana.get("/messages/")
    assert re.search(r'<html lang="ru" data-theme="dark" data-zone="Asia/Tokyo"', page.text)
    assert names_set(page) == {f"chat_{name}" for name in FORMER}
    ana.http.cookie_jar.update_cookies(FOREIGN, ana.url)
    page = await ana.get("/messages/")
    assert re.search(r'<html lang="ru" data-theme="dark" data-zone="Asia/Tokyo"', page.text)
    assert names_set(page) == set()


async def test_a_new_choice_wins_over_another_programs_cookie(ana: Person) -> None:
    ana.http.cookie_jar.update_cookies({"theme": "dark"}, ana.url)
    answer = await chooses(ana, "theme", "auto")
    assert names_set(answer) == {"chat_theme"}
    assert "data-theme" not in (await ana.get("/messages/")).text


@pytest.mark.parametrize(
    ("value", "taken_over"),
    [
        *((value, "auto") for value in ("", "\xff", '"><script>', "x" * 5000)),
        *(("de", "de"), ("../../etc/passwd", "../../etc/passwd"), ("a b", "a"), ("%00", "%00")),
    ],
)  # fmt: skip
async def test_another_programs_cookies_break_no_page_and_are_kept(ana: Person, value: str, taken_over: str) -> None:
    for name in FORMER:
        cookie = {"Cookie": f"{ana.session.key}={ana.session.value}; {name}={value}"}
        for path in ("/messages/", "/messages/account/", "/messages/nowhere"):
            async with Person(ana.url, "Ana", headers=cookie) as there:
                page = await there.get(path)
            assert page.status == (404 if path == "/messages/nowhere" else 200)
            assert '<html lang="en">' in page.text
            made = [line.partition(";")[0].replace('"', "") for line in page.headers.getall("Set-Cookie", [])]
            assert made == [f"chat_{name}={taken_over}"]


async def test_signing_in_at_one_server_of_a_machine_keeps_the_session_at_another(
    ana: Person, serve: Serve, config: Config
) -> None:
    url = await serve(port=unused_port(), redis_prefix="another:")
    async with Person(url, "Ben") as elsewhere:
        for cookie in ana.http.cookie_jar:
            elsewhere.http.cookie_jar.update_cookies({cookie.key: cookie.value}, url)
        await elsewhere.sign_up()
        for cookie in elsewhere.http.cookie_jar:
            ana.http.cookie_jar.update_cookies({cookie.key: cookie.value}, ana.url)
        assert (await ana.json("/messages/session"))["user"]["name"] == "Ana"
        assert (await elsewhere.json("/messages/session"))["user"]["name"] == "Ben"
        assert (await elsewhere.sign_out()).status == 303
    assert (await ana.json("/messages/session"))["user"]["name"] == "Ana"


async def test_a_session_cookie_of_an_older_version_of_another_server_is_ignored(url: URL) -> None:
    async with Person(url, "Ana", headers={"Cookie": f"chat_session={'x' * 43}"}) as stranger:
        page = await stranger.get("/messages/sign-up/")
        assert names_set(page) == {f"chat_session_{url.port}"}


async def test_sessions_in_production_use_only_the_host_bound_cookie(ana: Person, serve: Serve, config: Config) -> None:
    url = await serve(port=0, app_env="production")
    found = {}
    for name in ("__Host-chat_session", "chat_session", ana.session.key, ""):
        async with Person(url, "Ana", headers={"Cookie": f"{name}={ana.session.value}"}) as there:
            found[name] = (await there.get("/messages/session")).status
    assert found == {"__Host-chat_session": 200, "chat_session": 401, ana.session.key: 401, "": 401}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Your browser sent no cookies, so nothing was changed."), ("ru", "Браузер не прислал cookie")],
)
@pytest.mark.parametrize("others", ["", "timezone=-180; csrftoken=x"])
async def test_a_browser_without_cookies_gets_an_explanation(
    url: URL, language: str, sentence: str, others: str
) -> None:
    headers = {"Accept-Language": language} | ({"Cookie": others} if others else {})
    async with Person(url, "Ana") as ana:
        token = (await ana.get("/messages/sign-up/")).field("csrf_token")
    async with aiohttp.ClientSession(url, cookie_jar=aiohttp.DummyCookieJar(), headers=headers) as http:
        fields = {"csrf_token": token, "username": "Ana", "password": PASSWORD}
        for path in ("/messages/sign-up/", "/messages/sign-in/", "/messages/language/"):
            async with http.post(path, data=fields) as response:
                assert response.status == 403
                assert sentence in await response.text()


async def test_a_browser_that_lost_its_session_sees_that_the_form_has_expired(url: URL) -> None:
    async with Person(url, "Ana", headers={"Cookie": "chat_theme=dark"}) as ana:
        fields = {"csrf_token": "from before", "username": "Ana", "password": PASSWORD}
        assert (await ana.post_raw("/messages/sign-up/", fields)).alert.startswith("This form has expired.")


async def test_a_script_that_reads_a_page_without_a_session_sets_no_cookie(url: URL) -> None:
    async with Person(url, "Ana") as ana:
        for path, part in (("/messages/", "list"), ("/messages/sign-in/", "main")):
            assert names_set(await ana.get(path, headers={"Chat-Part": part})) == set()
        assert list(ana.http.cookie_jar) == []
