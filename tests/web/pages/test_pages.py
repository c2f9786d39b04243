"""The conversations page and the chat page, by their HTML."""

import re
from typing import Any
from uuid import uuid4

import aiohttp_jinja2
import pytest
from aiohttp import web
from yarl import URL

from chatserver.config.settings import Config
from tests.conftest import execute
from tests.conversations.test_groups import thread as make_thread
from tests.support.people import Person


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the template of the last page got, by name."""
    context: dict[str, Any] = {}
    render = aiohttp_jinja2.render_template

    def noting(template: str, request: web.Request, given: dict[str, Any], **options: Any) -> web.Response:
        context.clear()
        context.update(given)
        return render(template, request, given, **options)

    monkeypatch.setattr(aiohttp_jinja2, "render_template", noting)
    return context


async def test_an_empty_list_says_so(ana: Person) -> None:
    assert "No chats yet" in (await ana.get("/messages/")).text


async def test_conversations_stand_newest_first_with_total_unread_and_preview(
    ana: Person, ben: Person, cleo: Person
) -> None:
    with_ben, with_cleo = await ben.writes_to(ana, "one"), await cleo.writes_to(ana, "two")
    await ben.writes_to(ana, "three")
    page = (await ana.get("/messages/")).text
    assert re.findall(r'data-thread="(\d+)" data-total="(\d+)" data-unread="(\d+)"', page) == [
        (str(with_ben), "2", "2"),
        (str(with_cleo), "1", "1"),
    ]
    assert page.index("three") < page.index("two")
    assert f'href="/messages/chat/{with_ben}/"' in page


async def test_a_list_is_of_fifty_conversations_unless_all_are_wanted_and_counts_what_is_unread_in_all(
    ana: Person, config: Config, drawn: dict[str, Any]
) -> None:
    write_to(ana, 51, config)
    await ana.get("/messages/")
    assert [row.title for row in drawn["conversations"]] == [f"Person {number}" for number in range(1, 51)]
    assert (drawn["more_conversations"], drawn["unread_total"], drawn["part"]) == (True, 51, "page")
    await ana.get("/messages/?list=all")
    assert len(drawn["conversations"]) == 51
    assert (drawn["more_conversations"], drawn["unread_total"]) == (False, 51)


def write_to(person: Person, people: int, config: Config) -> None:
    """So many people have written one message each, straight into the database; "Person 1" was the last."""
    assert config.database_url is not None
    execute(
        config.database_url,
        f"""
        with people as (
            insert into users (name, name_key, password_hash)
            select 'Person ' || n, 'person ' || n, '!' from generate_series(1, {people}) n
            returning id, split_part(name, ' ', 2)::int as n
        ), made as (
            insert into threads (pair_low, pair_high, last_seq, last_message_at)
            select {person.id}, id, 1, now() - n * interval '1 minute' from people
            returning id, pair_high
        ), joined as (
            insert into participants (thread_id, user_id, read_seq, sent)
            select id, {person.id}, 0, 0 from made union all select id, pair_high, 1, 1 from made
        )
        insert into messages select id, 1, pair_high, gen_random_uuid(), 'Hello', now() from made
        """,
    )


async def test_beside_the_chat_stand_the_conversations(
    ana: Person, ben: Person, cleo: Person, drawn: dict[str, Any]
) -> None:
    thread = await ana.writes_to(ben)
    await cleo.writes_to(ben)
    await ben.get(f"/messages/chat/{thread}/")
    assert [row.title for row in drawn["conversations"]] == ["Cleo", "Ana"]
    assert (drawn["more_conversations"], drawn["unread_total"], drawn["part"]) == (False, 2, "page")


async def test_beside_a_chat_older_than_the_list_stands_that_too(
    ana: Person, config: Config, drawn: dict[str, Any]
) -> None:
    write_to(ana, 60, config)
    oldest = "select t.id from threads t join users u on u.id = t.pair_high where u.name = 'Person 60'"
    ((thread,),) = execute(str(config.database_url), oldest)
    await ana.get(f"/messages/chat/{thread}/")
    assert [row.title for row in drawn["conversations"]] == [*(f"Person {n}" for n in range(1, 50)), "Person 60"]


async def test_beside_a_form_that_is_refused_too(ana: Person, ben: Person, drawn: dict[str, Any]) -> None:
    thread = await ana.writes_to(ben)
    for path, page in [
        (f"/messages/chat/{thread}/", f"/messages/chat/{thread}/"),
        (f"/messages/chat/{thread}/read/", f"/messages/chat/{thread}/"),
        ("/messages/send_message/", "/messages/"),
    ]:
        answer = await ben.post(path, page=page, message="", recipient_name="Ana", client_id=str(uuid4()), seq="x")
        assert answer.status == 400
        assert [row.title for row in drawn["conversations"]] == ["Ana"]
        assert (drawn["more_conversations"], drawn["unread_total"], drawn["part"]) == (False, 1, "page")


async def test_a_browser_that_has_the_conversations_on_its_screen_gets_only_the_main_part(
    ana: Person, ben: Person, drawn: dict[str, Any]
) -> None:
    thread = await ana.writes_to(ben)
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        assert (await ben.get(path, headers={"Chat-Part": "main"})).status == 200
        assert (drawn["conversations"], drawn["part"]) == (None, "main")


async def test_the_chat_shows_the_last_hundred_messages_oldest_first(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 120)
    page = (await ben.get(f"/messages/chat/{thread}/?at=end")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(21, 121))
    assert "<title>Ana</title>" in page
    assert "120 messages (120 received, 0 sent)" in page


@pytest.mark.parametrize(
    ("path", "read", "first", "line"),
    [("", 0, 1, 1), ("", 100, 51, 101), ("", 149, 100, 150), ("", 150, 151, 151), ("?at=end", 100, 151, None)],
)
async def test_the_chat_opens_where_one_left_off_when_that_is_not_on_the_last_page(
    ana: Person, ben: Person, config: Config, path: str, read: int, first: int, line: int | None
) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 250)
    chat = f"/messages/chat/{thread}/"
    if read:
        await ben.post(f"{chat}read/", page=chat, seq=str(read))
    page = (await ben.get(chat + path)).text.partition("<template")[0]
    found = re.findall(r'class="unread-line"|data-seq="\d+"', page)
    assert found[0 if line != first else 1] == f'data-seq="{first}"'
    after_the_line = found[found.index('class="unread-line"') + 1] if 'class="unread-line"' in found else None
    assert after_the_line == (f'data-seq="{line}"' if line else None)


async def test_what_one_writes_far_from_where_one_left_off_is_shown_at_the_end(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 250)
    chat = f"/messages/chat/{thread}/"
    answers = [
        await ben.post(chat, message="Hello", client_id=str(uuid4())),
        await ben.post(
            "/messages/send_message/", "/messages/", recipient_name="Ana", message="Hello", client_id=str(uuid4())
        ),
    ]
    for answer in answers:
        assert answer.location == f"{chat}?at=end"
        assert re.findall(r'data-seq="(\d+)"', (await ben.get(answer.location)).text)[-1] in {"251", "252"}


@pytest.mark.parametrize(
    ("at", "first", "last", "more", "later"),
    [
        (150, 100, 199, True, True),
        (52, 2, 101, True, True),
        (51, 1, 100, False, True),
        (1, 1, 50, False, True),
        (201, 151, 250, True, False),
        (200, 150, 249, True, True),
        (250, 200, 250, True, False),
    ],
)
async def test_a_link_to_a_message_shows_the_history_around_it(
    ana: Person, ben: Person, config: Config, drawn: dict[str, Any],
    at: int, first: int, last: int, more: bool, later: bool,
) -> None:  # fmt: skip
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 250)
    page = (await ben.get(f"/messages/chat/{thread}/?at={at}")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(first, last + 1))
    assert (drawn["more"], drawn["later"], drawn["at"]) == (more, later, at)
    assert drawn["path"] == f"/messages/chat/{thread}/?at={at}"  # where one chooses a language, and stays


@pytest.mark.parametrize("at", ["121", "0", "-1", "x", "", "²", "1.5", "9" * 30, "%00", "%ff"])
async def test_a_link_to_no_message_shows_the_last_ones(
    ana: Person, ben: Person, config: Config, drawn: dict[str, Any], at: str
) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 120)
    page = (await ben.get(f"/messages/chat/{thread}/?at={at}")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(21, 121))
    assert (drawn["more"], drawn["later"], drawn["at"]) == (True, False, None)
    assert drawn["path"] == f"/messages/chat/{thread}/"


@pytest.mark.parametrize(
    ("day", "zone", "query"),
    [
        ("2026-11-19", "", "?at=1"),
        ("2026-11-20", "", "?at=1"),
        ("2026-11-21", "", "?at=25"),
        ("2026-11-21", "Europe/Moscow", "?at=22"),
        ("2026-11-21", "America/New_York", "?at=30"),
        ("2026-11-21", "Nowhere/Land", "?at=25"),
        ("2026-11-22", "", "?at=49"),
        ("2026-11-30", "", "?at=241"),
        ("2026-12-01", "", ""),
        ("9999-12-31", "America/New_York", ""),
        ("0001-01-01", "Asia/Tokyo", "?at=1"),
        ("2026-02-29", "", ""),
        ("2026-11-20T12:00", "", ""),
        ("yesterday", "", ""),
        ("", "", ""),
        ("%00", "", ""),
        ("%ff", "", ""),
    ],
)
async def test_one_jumps_to_a_day_as_it_begins_where_one_is(
    ana: Person, ben: Person, config: Config, day: str, zone: str, query: str
) -> None:
    """Ana has written every hour, from the first one of the 20th to the last of the 30th."""
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, 11 * 24)
    execute(config.database_url, "update messages set sent_at = '2026-11-19 23:00Z'::timestamptz + seq * interval '1h'")
    chat = f"/messages/chat/{thread}/"
    answer = await ben.get(f"{chat}?on={day}", cookies={"chat_timezone": zone})
    assert (answer.status, answer.location) == (303, chat + query)


@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 5])
async def test_a_day_is_found_in_a_chat_of_any_length(ana: Person, ben: Person, config: Config, total: int) -> None:
    """A message a day from the 1st on, however many; the answer is each in turn, and none after the last."""
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, total)
    execute(config.database_url, f"delete from messages where seq > {total}")
    execute(config.database_url, "update messages set sent_at = '2026-10-31'::timestamptz + seq * interval '1 day'")
    chat = f"/messages/chat/{thread}/"
    for day in range(1, total + 1):
        assert (await ben.get(f"{chat}?on=2026-11-0{day}")).location == f"{chat}?at={day}"
    assert (await ben.get(f"{chat}?on=2026-11-0{total + 1}")).location == chat


async def test_of_messages_at_one_moment_a_day_begins_with_the_first(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, 100)
    execute(config.database_url, "update messages set sent_at = '2026-11-20' where seq <= 40")
    execute(config.database_url, "update messages set sent_at = '2026-11-21' where seq > 40")
    chat = f"/messages/chat/{thread}/"
    assert (await ben.get(f"{chat}?on=2026-11-21")).location == f"{chat}?at=41"


@pytest.mark.parametrize("query", ["", "?at=1&on=%D1%8F", "?next=/a?"])
@pytest.mark.parametrize(
    "path",
    ["", "/sign-in", "/sign-up", "/account", "/chat/7", "/chat/%0D%0Ax", "/chat/%D1%8F", "/reset/abc"],
)
async def test_who_forgets_the_last_slash_gets_there_with_what_was_asked(url: URL, path: str, query: str) -> None:
    async with Person(url, "Nobody") as nobody:
        answer = await nobody.get(URL(f"/messages{path}{query}", encoded=True))
    assert (answer.status, answer.location) == (303, f"/messages{path}/{query}")


def fill(config: Config, thread: int, sender: Person, total: int) -> None:
    """Messages straight into the database, up to a total."""
    assert config.database_url is not None
    execute(
        config.database_url,
        f"insert into messages select {thread}, n, {sender.id}, gen_random_uuid(), 'number ' || n, now()"
        f" from generate_series(2, {total}) n; update threads set last_seq = {total} where id = {thread};"
        f" update participants set sent = {total} where thread_id = {thread} and user_id = {sender.id}",
    )


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


async def test_choosing_a_language_is_remembered(ana: Person) -> None:
    answer = await ana.post("/messages/language/", page="/messages/", language="ru", next="/messages/?x=1")
    assert (answer.status, answer.location) == (303, "/messages/?x=1")
    assert "Чатов пока нет" in (await ana.get("/messages/")).text
    assert (await ana.post("/messages/language/", page="/messages/", language="xx", next="/")).status == 400


async def test_choosing_a_theme_is_remembered_until_the_system_decides_again(ana: Person) -> None:
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


async def test_a_first_visitor_chooses_the_language_on_an_error_page_too(url: URL) -> None:
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
async def test_times_are_in_the_viewers_zone_and_nonsense_counts_as_utc(
    ana: Person, ben: Person, config: Config, cookie: str, hour: int
) -> None:
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    execute(config.database_url, "update messages set sent_at = '2026-11-23 18:00:00.123Z'")
    habit = {"Accept-Language": "en-GB"}
    page = await ana.get(f"/messages/chat/{thread}/", headers=habit, cookies={"chat_timezone": cookie})
    assert f'title="{24 if hour == 3 else 23}\xa0November\xa02026, {hour:02}:00:00"' in page.text
    assert 'datetime="2026-11-23T18:00:00.123Z"' in page.text


async def test_rendering_a_page_marks_nothing_as_read_and_the_button_does(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    chat = f"/messages/chat/{thread}/"
    await ben.get(chat)
    assert 'data-unread="1"' in (await ben.get("/messages/")).text
    answer = await ben.post(f"{chat}read/", page=chat, seq="1")
    assert (answer.status, answer.location) == (303, chat)
    assert 'data-unread="0"' in (await ben.get("/messages/")).text


async def test_answering_leaves_unread_what_was_not_read(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    await ben.writes_to(ana)
    assert 'data-total="2" data-unread="1"' in (await ben.get("/messages/")).text
    chat = f"/messages/chat/{thread}/"
    await ben.post(f"{chat}read/", page=chat, seq="1")
    assert 'data-total="2" data-unread="0"' in (await ben.get("/messages/")).text
    await ben.writes_to(ana)
    assert 'data-total="3" data-unread="0"' in (await ben.get("/messages/")).text
    assert "3 messages (1 received, 2 sent)" in (await ben.get(chat)).text


async def test_the_same_form_sent_twice_is_one_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    chat = f"/messages/chat/{thread}/"
    page = await ana.get(chat)
    fields = {"csrf_token": page.field("csrf_token"), "client_id": page.field("client_id"), "message": "once"}
    for _ in range(2):
        assert (await ana.post_raw(chat, fields)).location == chat
    history = await ana.json(f"{chat}history")
    assert [message["text"] for message in history["messages"]] == ["Hello", "once"]


async def test_a_first_message_that_is_refused_leaves_no_empty_conversation(
    ana: Person, ben: Person, cleo: Person
) -> None:
    page = await ana.get("/messages/")
    fields = {"csrf_token": page.field("csrf_token"), "client_id": page.field("client_id"), "message": "Hello"}
    await ana.post_raw("/messages/send_message/", fields | {"recipient_name": "Ben"})
    answer = await ana.post_raw("/messages/send_message/", fields | {"recipient_name": "Cleo"})
    assert (answer.status, answer.alert.startswith("This message was already sent")) == (409, True)
    assert "No chats yet" in (await cleo.get("/messages/")).text


async def test_an_empty_thread_has_nothing_to_mark_as_read(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 0)
    assert "Mark as read" not in (await ben.get(f"/messages/chat/{thread}/")).text


async def test_each_rendered_form_has_an_id_of_its_own(ana: Person) -> None:
    assert (await ana.get("/messages/")).field("client_id") != (await ana.get("/messages/")).field("client_id")


async def test_history_comes_in_pages_oldest_first(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 150)

    async def page(query: str) -> tuple[list[int], bool]:
        answer = await ben.json(f"/messages/chat/{thread}/history{query}")
        return [message["seq"] for message in answer["messages"]], answer["more"]

    assert await page("") == (list(range(51, 151)), True)
    assert await page("?limit=5000") == (list(range(51, 151)), True)
    assert await page(f"?limit={'9' * 30}&before={'9' * 30}") == (list(range(51, 151)), True)
    assert await page("?before=51") == (list(range(1, 51)), False)
    assert await page("?before=3&limit=1") == ([2], True)
    assert await page("?before=1") == ([], False)
    for nonsense in ("before=x", "before=-1", "limit=0", "limit=1e3", "before=²", "limit="):
        assert (await ben.get(f"/messages/chat/{thread}/history?{nonsense}")).status == 400


async def test_history_is_read_on_from_a_message_too(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 150)

    async def page(query: str) -> tuple[list[int], bool]:
        answer = await ben.json(f"/messages/chat/{thread}/history{query}")
        return [message["seq"] for message in answer["messages"]], answer["more"]

    assert await page("?after=20") == (list(range(21, 121)), True)
    assert await page("?after=50&limit=5000") == (list(range(51, 151)), False)
    assert await page("?after=0&limit=2") == ([1, 2], True)
    assert await page("?after=149&limit=1") == ([150], False)
    assert await page("?after=148&limit=1") == ([149], True)
    assert await page("?after=150") == await page(f"?after={'9' * 30}") == ([], False)
    for nonsense in ("after=x", "after=-1", "after=", "after=1&limit=0", "after=1&before=9", "before=9&after="):
        answer = await ben.get(f"/messages/chat/{thread}/history?{nonsense}")
        assert (answer.status, '"bad_frame"' in answer.text) == (400, True)


async def test_a_text_full_of_code_is_shown_and_not_obeyed(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, '<script>alert(1)</script> & "quotes"')
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        page = (await ben.get(path)).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;" in page
        assert "<script>alert" not in page


async def test_line_ends_become_one_kind_and_other_characters_stay(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, " \r\n one\r\ntwo\rthree \u202eRTL 👩‍👩‍👧 é\u0301\u0301 \n ")
    (message,) = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["text"] == "one\ntwo\nthree \u202eRTL 👩‍👩‍👧 é\u0301\u0301"


async def test_one_sends_to_a_name_whatever_its_case(ana: Person, ben: Person) -> None:
    answer = await ana.post(
        "/messages/send_message/", page="/messages/", recipient_name=" bEN ", message="hi", client_id=str(uuid4())
    )
    assert answer.status == 303


NOTE = "Times are in UTC."


@pytest.mark.parametrize(
    ("cookie", "noted"),
    [({}, True), ({"timezone": "Europe/Berlin"}, False), ({"chosen_timezone": "Asia/Tokyo"}, False)],
)
async def test_without_scripts_a_first_visit_says_which_zone_its_times_are_in_and_where_to_choose(
    ana: Person, ben: Person, cookie: dict[str, str], noted: bool
) -> None:
    thread = await ana.writes_to(ben)
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        parts = re.findall(r"<noscript>(.*?)</noscript>", (await ana.get(path, cookies=cookie)).text, re.DOTALL)
        assert any(NOTE in part and 'href="/messages/account/#place-title"' in part for part in parts) == noted
    account = (await ana.get("/messages/account/", cookies=cookie)).text
    assert ("Choose one here, or times are in UTC." in account) == noted


async def test_under_the_name_stand_people_and_the_numbers_are_asked_for(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    pair, group = await ana.writes_to(ben), (await make_thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    for thread, people in ((pair, None), (group, "3 people")):
        page = (await ana.get(f"/messages/chat/{thread}/")).text
        title = re.search(r'<div class="chat-title">.*?</div>', page, re.DOTALL)[0]  # type: ignore[index]
        assert "message" not in re.sub("<[^>]*>", "", title)
        assert people is None or people in title
        more = re.search(r'<div id="more".*?</div>', page, re.DOTALL)[0]  # type: ignore[index]
        assert ("1 message (0 received, 1 sent)" if thread == pair else "0 messages (0 received, 0 sent)") in more


async def test_a_chat_without_messages_says_so_in_the_list(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    await make_thread(config, "create", "Ana", "Ben", "Cleo")
    assert '<bdi class="preview-text">No messages yet</bdi>' in (await ana.get("/messages/")).text


async def test_the_list_of_keys_says_that_one_of_two_arrows_is_enough(ana: Person) -> None:
    keys = re.findall(r"<dt>(.*?)</dt>", (await ana.get("/messages/")).text)
    assert "<kbd>↑</kbd> or <kbd>↓</kbd>" in keys
    assert "<kbd>Alt</kbd> + <kbd>↑</kbd>" in keys
