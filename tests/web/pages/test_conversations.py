"""The HTML of the conversations page."""

import re
from typing import Any
from uuid import uuid4

from chatserver.config.settings import Config
from tests.support.commands import thread as make_thread
from tests.support.database import execute
from tests.support.people import Person
from tests.web.pages.filling import write_to


async def test_an_empty_list_says_so(ana: Person) -> None:
    assert "No chats yet" in (await ana.get("/messages/")).text


async def test_conversations_are_listed_newest_first_with_total_unread_and_preview(
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


async def test_the_list_shows_fifty_conversations_or_all_and_counts_unread_messages_in_all(
    ana: Person, config: Config, drawn: dict[str, Any]
) -> None:
    write_to(ana, 51, config)
    await ana.get("/messages/")
    assert [row.title for row in drawn["conversations"]] == [f"Person {number}" for number in range(1, 51)]
    assert (drawn["more_conversations"], drawn["unread_total"], drawn["part"]) == (True, 51, "page")
    await ana.get("/messages/?list=all")
    assert len(drawn["conversations"]) == 51
    assert (drawn["more_conversations"], drawn["unread_total"]) == (False, 51)


async def test_the_conversations_are_listed_beside_the_chat(
    ana: Person, ben: Person, cleo: Person, drawn: dict[str, Any]
) -> None:
    thread = await ana.writes_to(ben)
    await cleo.writes_to(ben)
    await ben.get(f"/messages/chat/{thread}/")
    assert [row.title for row in drawn["conversations"]] == ["Cleo", "Ana"]
    assert (drawn["more_conversations"], drawn["unread_total"], drawn["part"]) == (False, 2, "page")


async def test_the_list_includes_the_open_chat_however_old_it_is(
    ana: Person, config: Config, drawn: dict[str, Any]
) -> None:
    write_to(ana, 60, config)
    oldest = "select t.id from threads t join users u on u.id = t.pair_high where u.name = 'Person 60'"
    ((thread,),) = execute(str(config.database_url), oldest)
    await ana.get(f"/messages/chat/{thread}/")
    assert [row.title for row in drawn["conversations"]] == [*(f"Person {n}" for n in range(1, 50)), "Person 60"]


async def test_the_conversations_are_also_listed_beside_a_refused_form(
    ana: Person, ben: Person, drawn: dict[str, Any]
) -> None:
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


async def test_a_browser_that_already_shows_the_list_gets_only_the_main_part(
    ana: Person, ben: Person, drawn: dict[str, Any]
) -> None:
    thread = await ana.writes_to(ben)
    for path in ("/messages/", f"/messages/chat/{thread}/"):
        assert (await ben.get(path, headers={"Chat-Part": "main"})).status == 200
        assert (drawn["conversations"], drawn["part"]) == (None, "main")


async def test_a_browser_that_refreshes_the_conversations_gets_them_alone(ana: Person, ben: Person) -> None:
    await ana.writes_to(ben)
    whole, alone = await ben.get("/messages/"), await ben.get("/messages/", headers={"Chat-Part": "list"})
    shown = whole.text[whole.text.index('<div id="conversations"') : whole.text.index("</nav>")]
    assert [line.strip() for line in shown.splitlines() if "data-thread" in line or "preview" in line] == [
        line.strip() for line in alone.text.splitlines() if "data-thread" in line or "preview" in line
    ]
    assert 'data-thread="1"' in alone.text
    assert [part for part in ("new-message", "data-texts", "menu", "app.js") if part in alone.text] == []


async def test_a_refused_first_message_leaves_no_empty_conversation(ana: Person, ben: Person, cleo: Person) -> None:
    page = await ana.get("/messages/")
    fields = {"csrf_token": page.field("csrf_token"), "client_id": page.field("client_id"), "message": "Hello"}
    await ana.post_raw("/messages/send_message/", fields | {"recipient_name": "Ben"})
    answer = await ana.post_raw("/messages/send_message/", fields | {"recipient_name": "Cleo"})
    assert (answer.status, answer.alert.startswith("This message was already sent")) == (409, True)
    assert "No chats yet" in (await cleo.get("/messages/")).text


async def test_a_recipients_name_may_be_in_any_case(ana: Person, ben: Person) -> None:
    answer = await ana.post(
        "/messages/send_message/", page="/messages/", recipient_name=" bEN ", message="hi", client_id=str(uuid4())
    )
    assert answer.status == 303


async def test_a_chat_without_messages_says_so_in_the_list(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    await make_thread(config, "create", "Ana", "Ben", "Cleo")
    assert '<bdi class="preview-text">No messages yet</bdi>' in (await ana.get("/messages/")).text
