"""A muted thread counts in grey: not in the title, and on every screen of the person at once."""

import re

from chatserver.config.settings import Config
from tests.support.commands import thread
from tests.support.database import execute
from tests.support.people import Person


async def test_ben_mutes_a_chat_and_all_his_screens_hear_of_it(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    phone = await ben.socket()
    hers = await ana.socket()
    for until in ("1h", "8h", "always", "always", "no", "no"):
        answer = await ben.post(f"/messages/chat/{chat}/mute/", page="/messages/", until=until)
        assert (answer.status, answer.location) == (303, f"/messages/chat/{chat}/")
        told = (await phone.receives("muted", thread=chat))["until"]
        assert {"always": "always", "no": None}.get(until, told) == told
        assert await counted(ben) == (1 if until == "no" else 0)
        assert await is_muted(ben) == (until != "no")
    assert "muted" not in {frame["type"] for frame in await hers.everything_so_far()}  # it is nobody else's business
    assert await counted(ben) == 1
    assert await counted(ana) == 0


async def test_a_mute_ends_with_its_time(ana: Person, ben: Person, database_url: str) -> None:
    chat = await ana.writes_to(ben)
    await ben.post(f"/messages/chat/{chat}/mute/", page="/messages/", until="1h")
    assert "data-unmutes-at" in (await ben.get("/messages/")).text
    execute(database_url, "update mutes set until = now() - interval '1 second'")
    assert (await counted(ben), await is_muted(ben)) == (1, False)
    assert "data-unmutes-at" not in (await ben.get("/messages/")).text


async def test_any_other_time_is_a_bad_frame(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    for until in ("", "2h", "1H", "yes"):
        answer = await ben.post(f"/messages/chat/{chat}/mute/", page="/messages/", until=until)
        assert (answer.status, 'data-code="bad_frame"' in answer.text) == (400, True), until
    assert not await is_muted(ben)


async def test_whoever_leaves_a_group_and_comes_back_hears_of_it_again(
    ana: Person, ben: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "--title", "Trip"))["id"]
    await ben.post(f"/messages/chat/{group}/mute/", page="/messages/", until="always")
    assert await is_muted(ben)
    await thread(config, "remove", str(group), "Ben")
    await thread(config, "add", str(group), "Ben")
    assert not await is_muted(ben)
    assert ana.id


async def counted(person: Person) -> int:
    """The number of unread messages in the title."""
    found = re.search(r'id="conversations"[^>]*data-unread="(\d+)"', (await person.get("/messages/")).text)
    assert found
    return int(found[1])


async def is_muted(person: Person) -> bool:
    """Whether the list shows the first chat as muted; its own count stays."""
    page = (await person.get("/messages/")).text
    row = re.search(r'<li class="(conversation[^"]*)"', page)
    assert row
    return "muted" in row[1]
