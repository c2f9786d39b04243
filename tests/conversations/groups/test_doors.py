"""What newcomers must not see of the past, and those taken out of anything: every door is tried."""

import json
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.exports import downloads as exports
from tests.support.frames import frames_until
from tests.support.grouping import changes_group, group_of
from tests.support.people import Person, Socket
from tests.support.programs import known_as, new_key, program
from tests.support.searching import asks, finds, is_indexed

SECRET = "passport"
ANSWER = {"id": "00000000-0000-4000-8000-000000000002", "text": f"Your {SECRET}!", "reply": 1}
CHAT_PAGES = ("", "?at=1", "?at=end", "?edit=1", "?reply=1")
HISTORY = ("", "?before=4", "?before=2", "?before=1", "?after=0", "?after=1", "?limit=1")


async def exported(person: Person) -> dict[str, Any]:
    await exports.asks(person)
    await exports.sees(person, "ready")
    return await exports.downloads(person)


async def code_of(socket: Socket, type: str, thread: int, **fields: Any) -> str:
    """The code with which a frame is refused."""
    await socket.says(type, thread=thread, id="00000000-0000-4000-8000-000000000001", **fields)
    return str((await socket.receives("error", thread=thread))["code"])


@pytest.fixture
async def trip(ana: Person, ben: Person) -> int:
    """Ana's group, where newcomers see what comes after joining. Of its three messages the first was edited."""
    group = await group_of(ana, "Ben", title="Trip", message="Bring the visa", history="joined")
    at_ana = await ana.socket()
    await at_ana.receives("done", id=await at_ana.edits(group, 1, f"Bring your {SECRET}"))
    await at_ana.says("send", thread=group, **ANSWER)
    await at_ana.receives("sent", id=await at_ana.sends(group, f"Mine is a blue {SECRET}"))
    return group


async def test_a_newcomer_finds_nothing_from_before_behind_any_door(
    ana: Person, ben: Person, cleo: Person, config: Config, url: URL, trip: int
) -> None:
    await changes_group(ana, trip, add="Cleo")
    chat = f"/messages/chat/{trip}/"
    at_cleo = await cleo.socket()
    await at_cleo.says("open", thread=trip, after=0, change=0)
    replayed = await frames_until(at_cleo, type="opened")
    assert {frame.get("kind", frame["type"]) for frame in replayed} <= {"thread", "added", "opened"}
    assert (replayed[-1]["from"], replayed[-1]["last"]) == (4, 3)
    assert (await cleo.get(f"{chat}?on=2020-01-01")).location == chat
    assert SECRET not in (await cleo.get("/messages/")).text  # the preview of the last message
    at_ana, elsewhere = await ana.socket(), await cleo.socket()
    await at_ana.says("send", thread=trip, **ANSWER)  # again: it is published again
    await at_ana.receives("sent")
    await at_ana.receives("done", id=await at_ana.edits(trip, 1, f"Bring both {SECRET}s", base=2))
    await at_ana.receives("done", id=await at_ana.reacts(trip, 2, "👍"))
    await at_ana.says("send", thread=trip, id="00000000-0000-4000-8000-000000000003", text="Welcome, Cleo", reply=2)
    for socket in (at_cleo, elsewhere):
        live = await socket.receives_one_of("message", "changed")
        assert (live["type"], live["text"], live["reply"]) == ("message", "Welcome, Cleo", 2)

    for query in HISTORY:
        page = await cleo.json(f"{chat}history{query}")
        texts = [] if query.startswith("?before") else ["Welcome, Cleo"]
        assert [message["text"] for message in page["messages"]] == texts, query
        assert (page["quoted"], page["more"], page["from"]) == ([], False, 4), query
    for query in CHAT_PAGES:
        shown = await cleo.get(f"{chat}{query}")
        assert (shown.status, SECRET in shown.text, "Welcome, Cleo" in shown.text) == (200, False, True), query
    assert "An earlier message" in shown.text
    assert (await cleo.get(f"{chat}?on=2020-01-01")).location == f"{chat}?at=4"
    for seq in (1, 2, 3):
        for type, fields in (
            ("react", {"emoji": "👍", "on": True}),
            ("delete", {}),
            ("edit", {"text": "x", "base": 0}),
        ):
            assert await code_of(at_cleo, type, trip, seq=seq, **fields) == "no_such_message", type
        assert await code_of(at_cleo, "send", trip, text="Which?", reply=seq) == "no_such_message"
    for _ in ("not indexed", "indexed"):
        assert await finds(cleo, SECRET) == await finds(cleo, SECRET[:-1], thread=trip) == []
        assert len(await finds(ben, SECRET)) == 3
        await is_indexed(config)
    data = await exported(cleo)
    assert SECRET not in json.dumps(data)
    assert [(each["title"], each["from"]) for each in data["conversations.json"]] == [("Trip", 4)]
    assert [note["kind"] for note in data[f"notes/{trip}.json"]] == ["added"]
    known_as(config, cleo, "cleo-3")
    async with program(url, await new_key(config, "shop", "write")) as shop:
        sent = {"sender": "cleo-3", "text": "Which?", "client_id": "00000000-0000-4000-8000-000000000004", "reply": 2}
        assert (await shop.post(f"threads/{trip}/messages", sent)).refusal == (404, "no_such_message")


async def test_whoever_is_taken_out_finds_and_hears_nothing_behind_any_door(
    ana: Person, ben: Person, cleo: Person, config: Config, url: URL, trip: int
) -> None:
    await changes_group(ana, trip, history="all")
    await changes_group(ana, trip, add="Cleo")
    at_ana, at_ben, at_cleo, elsewhere = [await person.socket() for person in (ana, ben, cleo, cleo)]
    await at_cleo.opens(trip)
    assert len(await finds(cleo, SECRET)) == 3
    await changes_group(ana, trip, remove=str(cleo.id))
    assert (await at_ben.receives("note", kind="removed"))["people"] == [{"id": cleo.id, "name": "Cleo"}]
    for socket in (at_cleo, elsewhere):
        await socket.receives("removed", thread=trip)
    assert (await at_cleo.receives("error", thread=trip))["code"] == "no_such_thread"

    await at_ana.receives("done", id=await at_ana.edits(trip, 1, f"Lose no {SECRET}", base=2))
    await at_ana.receives("sent", id=await at_ana.sends(trip, "Without Cleo"))
    await changes_group(ana, trip, title="Without Cleo")
    await at_ben.receives("note", kind="titled")
    for socket in (at_cleo, elsewhere):
        heard = [frame for frame in await socket.everything_so_far() if frame["type"] != "presence"]
        assert [frame["type"] for frame in heard] == ["pong"]
    for query in CHAT_PAGES + tuple(f"history{query}" for query in HISTORY):
        assert (await cleo.get(f"/messages/chat/{trip}/{query}")).status == 404, query
    for headers in ({}, {"Accept": "application/json"}):
        assert (await cleo.get(f"/messages/group/{trip}/", headers=headers)).status == 404
    assert f"/chat/{trip}/" not in (await cleo.get("/messages/")).text
    for type in ("open", "send", "edit", "react", "delete", "read", "typing"):
        fields = {"seq": 1, "text": "x", "base": 0, "emoji": "👍", "on": True}
        assert await code_of(at_cleo, type, trip, **fields) == "no_such_thread", type
    for _ in ("not indexed", "indexed"):
        assert await finds(cleo, SECRET) == []
        assert (await asks(cleo, q=SECRET, thread=trip))[1]["code"] == "no_such_thread"
        await is_indexed(config)
    data = await exported(cleo)
    assert data["conversations.json"] == []
    assert data.keys() == {"account.json", "conversations.json"}
    known_as(config, cleo, "cleo-3")
    async with program(url, await new_key(config, "shop", "write")) as shop:
        sent = {"sender": "cleo-3", "text": "Hello?", "client_id": "00000000-0000-4000-8000-000000000004"}
        assert (await shop.post(f"threads/{trip}/messages", sent)).refusal == (404, "no_such_thread")
