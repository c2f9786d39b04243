"""The conversations page and the chat page, by their HTML."""

import re
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config import Config
from tests.conftest import execute
from tests.people import Person


async def test_an_empty_list_says_so(ana: Person) -> None:
    assert "No conversations yet" in (await ana.get("/messages/")).text


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


async def test_the_chat_shows_the_last_hundred_messages_oldest_first(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 120)
    page = (await ben.get(f"/messages/chat/{thread}/")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(21, 121))
    assert "<title>Ana</title>" in page
    assert "120 messages (120 received, 0 sent)" in page


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
    page = await ana.get("/messages/nowhere", headers={"Accept-Language": accepted, "Cookie": f"language={cookie}"})
    assert f'<html lang="{shown}">' in page.text


async def test_choosing_a_language_is_remembered(ana: Person) -> None:
    answer = await ana.post("/messages/language/", page="/messages/", language="ru", next="/messages/?x=1")
    assert (answer.status, answer.location) == (303, "/messages/?x=1")
    assert "Переписок пока нет" in (await ana.get("/messages/")).text
    assert (await ana.post("/messages/language/", page="/messages/", language="xx", next="/")).status == 400


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
    page = await ana.get(f"/messages/chat/{thread}/", cookies={"timezone": cookie})
    assert f"{24 if hour == 3 else 23}.11.2026 {hour:02}:00:00" in page.text
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
    assert "No conversations yet" in (await cleo.get("/messages/")).text


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
