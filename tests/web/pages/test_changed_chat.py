"""What the chat page and the history tell of changes and replies, for the `open` that follows."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from chatserver.config.settings import Config
from tests.support.database import change_message, execute
from tests.support.people import Person
from tests.web.pages.filling import fill

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


async def data_of(person: Person, thread: int, query: str = "") -> dict[str, Any]:
    page = (await person.get(f"/messages/chat/{thread}/{query}")).text
    found = re.search(r"data-chat='([^']*)'", page)
    assert found is not None
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


async def test_history_and_page_name_what_open_may_name(ana: Person, ben: Person, database_url: str) -> None:
    thread = await ana.writes_to(ben, "one")
    await ben.writes_to(ana, "two")
    history = f"/messages/chat/{thread}/history"
    plain = await ana.json(history)
    assert plain.keys() == {"messages", "notes", "quoted", "more", "last", "from", "change"}
    assert (plain["notes"], plain["quoted"], plain["last"], plain["from"], plain["change"]) == ([], [], 2, 1, 0)
    for _ in range(3):
        change_message(database_url, thread, 1, reactions={"👍": [ben.id]})
    execute(database_url, f"update participants set from_seq = 2 where user_id = {ben.id}")
    for person, first in ((ana, 1), (ben, 2)):
        for told in (
            await person.json(history),
            await person.json(f"{history}?after=1"),
            await data_of(person, thread),
        ):
            assert (told["last"], told["from"], told["change"]) == (2, first, 3)


async def test_the_originals_of_replies_come_with_the_page_that_does_not_have_them(
    ana: Person, ben: Person, config: Config
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "a long story " * 40)
    fill(config, thread, ana, 120)
    for seq, original in ((2, 1), (117, 3), (118, 119), (120, 1)):
        execute(url, f"update messages set reply_to = {original} where seq = {seq}")
    change_message(url, thread, 3, deleted_at=NOON)
    page = await ben.json(f"/messages/chat/{thread}/history")
    first, third = page["quoted"]
    assert (first["seq"], first["text"]) == (1, ("a long story " * 40)[:300])
    assert (third["seq"], third["text"], third["deleted"]) == (3, "", "2026-11-30T12:00:00.000Z")
    assert [message["reply"] for message in page["messages"] if "reply" in message] == [3, 119, 1]
    assert (await data_of(ben, thread, "?at=end"))["quoted"] == page["quoted"]
    assert (await ben.json(f"/messages/chat/{thread}/history?before=3"))["quoted"] == []
    execute(url, f"update participants set from_seq = 3 where user_id = {ben.id}")
    assert [original["seq"] for original in (await ben.json(f"/messages/chat/{thread}/history"))["quoted"]] == [3]


async def test_the_page_tells_the_scripts_what_the_site_allows(ana: Person, ben: Person, config: Config) -> None:
    told = await data_of(ana, await ana.writes_to(ben))
    assert told["windows"] == {"edit": 172800, "delete": 0}
    assert told["reactions"] == ["👍", "❤️", "😂", "😮", "😢", "🙏"]
    assert told["announcePeople"] == 50
