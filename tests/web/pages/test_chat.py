"""The HTML of the chat page."""

import re

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import thread as make_thread
from tests.support.people import Person
from tests.web.pages.filling import fill


async def test_the_chat_shows_the_last_hundred_messages_oldest_first(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 120)
    page = (await ben.get(f"/messages/chat/{thread}/?at=end")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(21, 121))
    assert "<title>Ana</title>" in page
    assert "120 messages (120 received, 0 sent)" in page


@pytest.mark.parametrize("query", ["", "?at=1&on=%D1%8F", "?next=/a?"])
@pytest.mark.parametrize(
    "path",
    ["", "/sign-in", "/sign-up", "/account", "/chat/7", "/chat/%0D%0Ax", "/chat/%D1%8F", "/reset/abc"],
)
async def test_an_address_without_its_trailing_slash_redirects_with_its_query(url: URL, path: str, query: str) -> None:
    async with Person(url, "Nobody") as nobody:
        answer = await nobody.get(URL(f"/messages{path}{query}", encoded=True))
    assert (answer.status, answer.location) == (303, f"/messages{path}/{query}")


async def test_the_button_marks_messages_as_read_and_rendering_the_page_does_not(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    chat = f"/messages/chat/{thread}/"
    await ben.get(chat)
    assert 'data-unread="1"' in (await ben.get("/messages/")).text
    answer = await ben.post(f"{chat}read/", page=chat, seq="1")
    assert (answer.status, answer.location) == (303, chat)
    assert 'data-unread="0"' in (await ben.get("/messages/")).text


async def test_own_messages_are_not_counted_as_unread(ana: Person, ben: Person) -> None:
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


async def test_the_history_can_also_be_read_forward(ana: Person, ben: Person, config: Config) -> None:
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


async def test_a_text_full_of_code_is_shown_and_not_executed(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, '<script>alert(1)</script> & "quotes"')
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        page = (await ben.get(path)).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34;" in page
        assert "<script>alert" not in page


async def test_line_ends_are_normalized_and_other_characters_are_kept(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, " \r\n one\r\ntwo\rthree \u202eRTL 👩‍👩‍👧 é\u0301\u0301 \n ")
    (message,) = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
    assert message["text"] == "one\ntwo\nthree \u202eRTL 👩‍👩‍👧 é\u0301\u0301"


async def test_the_header_shows_the_participants_and_details_show_the_counts(
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


async def test_the_list_of_shortcuts_says_that_either_arrow_works(ana: Person) -> None:
    keys = re.findall(r"<dt>(.*?)</dt>", (await ana.get("/messages/")).text)
    assert "<kbd>↑</kbd> or <kbd>↓</kbd>" in keys
    assert "<kbd>Alt</kbd> + <kbd>↑</kbd>" in keys
