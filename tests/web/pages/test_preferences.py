"""Language, theme and time zone of a page."""

import re

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.web.pages.filling import fill


@pytest.mark.parametrize(
    ("total", "english", "russian"),
    [
        (1, "1 message (", "1 сообщение ("),
        (2, "2 messages (", "2 сообщения ("),
        (5, "5 messages (", "5 сообщений ("),
        (11, "11 messages (", "11 сообщений ("),
        (21, "21 messages (", "21 сообщение ("),
        (22, "22 messages (", "22 сообщения ("),
        (25, "25 messages (", "25 сообщений ("),
    ],
)
async def test_plurals_are_right_in_both_languages(
    ana: Person, ben: Person, config: Config, total: int, english: str, russian: str
) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, total)
    assert english in (await ana.get(f"/messages/chat/{thread}/")).text
    assert russian in (await ana.get(f"/messages/chat/{thread}/", headers={"Accept-Language": "ru"})).text


@pytest.mark.parametrize(
    ("accepted", "cookie", "shown"),
    [
        ("ru", "", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "", "ru"),
        ("en;q=0.8, ru;q=0.9", "", "ru"),
        ("de, fr", "", "en"),
        ("ru;q=0, de", "", "en"),
        ("ru;q=x", "", "en"),
        ("", "", "en"),
        ("ru", "en", "en"),
        ("en", "ru", "ru"),
        ("ru", "xx", "ru"),
    ],
)
async def test_the_language_is_the_cookies_then_the_browsers_then_the_sites(
    ana: Person, accepted: str, cookie: str, shown: str
) -> None:
    page = await ana.get(
        "/messages/nowhere", headers={"Accept-Language": accepted, "Cookie": f"chat_language={cookie}"}
    )
    assert f'<html lang="{shown}">' in page.text


async def test_a_chosen_language_is_remembered(ana: Person) -> None:
    answer = await ana.post("/messages/language/", page="/messages/", language="ru", next="/messages/?x=1")
    assert (answer.status, answer.location) == (303, "/messages/?x=1")
    assert "Чатов пока нет" in (await ana.get("/messages/")).text
    assert (await ana.post("/messages/language/", page="/messages/", language="xx", next="/")).status == 400


async def test_a_chosen_theme_is_remembered_until_the_system_theme_is_chosen_again(ana: Person) -> None:
    def cookie() -> str | None:
        remembered = ana.http.cookie_jar.filter_cookies(ana.url).get("chat_theme")
        return remembered.value if remembered else None

    for theme, kept in [("dark", "dark"), ("light", "light"), ("auto", "auto")]:
        answer = await ana.post("/messages/theme/", page="/messages/", theme=theme, next="/messages/?x=1")
        assert (answer.status, answer.location) == (303, "/messages/?x=1")
        assert cookie() == kept
    assert (
        "Max-Age=31536000"
        in (
            await ana.post("/messages/theme/", page="/messages/", theme="dark", next="https://elsewhere.example/")
        ).headers["Set-Cookie"]
    )
    assert (await ana.post("/messages/theme/", page="/messages/", theme="pink", next="/")).status == 400
    assert cookie() == "dark"


async def test_a_first_visitor_can_choose_the_language_on_an_error_page(url: URL) -> None:
    async with Person(url, "Nobody") as nobody:
        page = await nobody.get("/messages/nowhere")
        fields = {"csrf_token": page.field("csrf_token"), "language": "ru", "next": page.field("next")}
        answer = await nobody.post_raw("/messages/language/", fields)
        assert (answer.status, answer.location) == (303, "/messages/nowhere")
        assert "По этому адресу ничего нет." in (await nobody.get(answer.location)).text


@pytest.mark.parametrize(
    ("cookie", "hour"),
    [
        ("Europe/Moscow", 21),
        ("Asia%2FTokyo", 3),
        ("", 18),
        ("Nowhere/Land", 18),
        ("../etc/passwd", 18),
        ("%00", 18),
        ("/", 18),
        ("Europe", 18),
    ],
)
async def test_times_are_in_the_viewers_zone_and_an_invalid_zone_counts_as_utc(
    ana: Person, ben: Person, config: Config, cookie: str, hour: int
) -> None:
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    execute(config.database_url, "update messages set sent_at = '2026-11-23 18:00:00.123Z'")
    habit = {"Accept-Language": "en-GB"}
    page = await ana.get(f"/messages/chat/{thread}/", headers=habit, cookies={"chat_timezone": cookie})
    assert f'title="{24 if hour == 3 else 23}\xa0November\xa02026, {hour:02}:00:00"' in page.text
    assert 'datetime="2026-11-23T18:00:00.123Z"' in page.text


NOTE = "Times are in UTC."


@pytest.mark.parametrize(
    ("cookie", "noted"),
    [({}, True), ({"timezone": "Europe/Berlin"}, False), ({"chosen_timezone": "Asia/Tokyo"}, False)],
)
async def test_a_first_visit_without_scripts_names_the_zone_and_where_to_change_it(
    ana: Person, ben: Person, cookie: dict[str, str], noted: bool
) -> None:
    thread = await ana.writes_to(ben)
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        parts = re.findall(r"<noscript>(.*?)</noscript>", (await ana.get(path, cookies=cookie)).text, re.DOTALL)
        assert any(NOTE in part and 'href="/messages/account/#place-title"' in part for part in parts) == noted
    account = (await ana.get("/messages/account/", cookies=cookie)).text
    assert ("Choose one here, or times are in UTC." in account) == noted
