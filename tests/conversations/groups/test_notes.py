"""Notes and the group as everybody in it sees it, on screens that are open, elsewhere, or were away."""

from typing import Any

from redis.asyncio import Redis

from chatserver.bus.events import NoteAdded, ParticipantRemoved, encode_event
from chatserver.config.settings import Config
from chatserver.conversations.groups.acts import Groups
from tests.support.people import Person, Socket


def told(note: dict[str, Any]) -> tuple[Any, ...]:
    """What a note says: its number and place, the kind, by whom, whom it is about, and the value."""
    by = note["by"] and note["by"]["name"]
    return (note["change"], note["after"], note["kind"], by, [each["name"] for each in note["people"]],
            note.get("value"))  # fmt: skip


async def test_a_newcomer_gets_the_group_first_and_everybody_gets_the_note(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int
) -> None:
    at_ana, open_chat, at_cleo = await ana.socket(), await ben.socket(), await cleo.socket()
    opened = await open_chat.opens(group)
    assert (opened["title"], opened["history"], opened["people_count"], opened["as_of"]) == ("Holidays", "all", 2, 1)
    await groups.add(group, [cleo.id], by=ana.id)
    first = await at_cleo.next()
    assert first == {
        "type": "thread", "thread": group, "change": 2, "title": "Holidays", "history": "all", "from": 1,
        "people_count": 3, "people": [
            {"id": ana.id, "name": "Ana", "owner": True, "read": 0},
            {"id": ben.id, "name": "Ben", "owner": False, "read": 0},
            {"id": cleo.id, "name": "Cleo", "owner": False, "read": 0},
        ],
    }  # fmt: skip
    for socket in (at_ana, open_chat, at_cleo):
        note = await socket.receives("note", kind="added")
        assert told(note) == (2, 0, "added", "Ana", ["Cleo"], None)
        assert note["at"]


async def test_each_act_is_told_with_its_value_and_done_again_it_is_told_to_nobody(
    ana: Person, ben: Person, groups: Groups, group: int
) -> None:
    at_ben = await ben.socket()
    await at_ben.opens(group)
    for _ in range(2):
        await groups.set_title(group, "Summer", by=ana.id)
        await groups.set_history(group, "joined", by=ana.id)
        await groups.set_owner(group, ben.id, True, by=ana.id)
        await groups.add(group, [ana.id, ben.id], by=ana.id)
    assert [told(await at_ben.receives("note")) for _ in range(3)] == [
        (2, 0, "titled", "Ana", [], "Summer"),
        (3, 0, "history", "Ana", [], "joined"),
        (4, 0, "owner", "Ana", ["Ben"], None),
    ]
    await groups.set_owner(group, ben.id, False, by=ana.id)
    assert told(await at_ben.receives("note")) == (5, 0, "member", "Ana", ["Ben"], None)
    assert (await at_ben.opens(group))["as_of"] == 5


async def test_with_joined_a_newcomer_sees_what_comes_after_joining_at_every_door(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int
) -> None:
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "before Cleo"))
    await groups.set_history(group, "joined", by=ana.id)
    await groups.add(group, [cleo.id], by=ana.id)
    await groups.set_history(group, "all", by=ana.id)  # moves nobody's
    await at_ana.receives("sent", id=await at_ana.sends(group, "Hello Cleo"))
    page = await cleo.json(f"/messages/chat/{group}/history")
    assert [message["text"] for message in page["messages"]] == ["Hello Cleo"]
    assert (page["from"], page["more"], page["last"]) == (2, False, 2)
    assert [note["kind"] for note in page["notes"]] == ["added", "history"]
    empty = await cleo.json(f"/messages/chat/{group}/history?before=2")
    assert (empty["messages"], [note["kind"] for note in empty["notes"]]) == ([], ["added", "history"])
    at_cleo = await cleo.socket()
    await at_cleo.says("open", thread=group, after=0, change=0)
    frames = [await at_cleo.next() for _ in range(4)]
    assert [(frame["type"], frame.get("kind") or frame.get("seq")) for frame in frames] == [
        ("message", 2), ("note", "added"), ("note", "history"), ("opened", None),
    ]  # fmt: skip
    assert frames[-1]["from"] == 2
    await at_ana.edits(group, 1, "edited before Cleo")
    await at_ana.edits(group, 2, "Hello!")
    assert (await at_cleo.receives("changed"))["seq"] == 2
    everything = await ben.json(f"/messages/chat/{group}/history")
    assert [note["kind"] for note in everything["notes"]] == ["created", "history", "added", "history"]
    assert [note["after"] for note in everything["notes"]] == [0, 1, 1, 1]


async def test_whoever_was_away_gets_the_notes_in_their_places_before_opened(
    ana: Person, ben: Person, groups: Groups, group: int
) -> None:
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "one"))
    await groups.set_title(group, "Summer", by=ana.id)
    await at_ana.receives("sent", id=await at_ana.sends(group, "two"))
    await at_ana.receives("done", id=await at_ana.edits(group, 1, "One"))
    await groups.set_title(group, "Winter", by=ana.id)
    at_ben = await ben.socket()
    await at_ben.says("open", thread=group, after=0, change=1)
    frames = [await at_ben.next() for _ in range(6)]
    assert [(frame["type"], frame.get("change")) for frame in frames] == [
        ("message", 3), ("message", None), ("note", 2), ("changed", 3), ("note", 4), ("opened", 4),
    ]  # fmt: skip


async def test_notes_count_nowhere(ana: Person, ben: Person, groups: Groups, group: int) -> None:
    with_ben = await ana.writes_to(ben)
    await groups.set_title(group, "Summer", by=ana.id)
    rows = (await ben.get("/messages/")).text
    assert rows.index(f"/messages/chat/{with_ben}/") < rows.index(f"/messages/chat/{group}/")
    assert 'data-unread="1"' in rows
    assert "Summer" in rows
    assert (await ben.json(f"/messages/chat/{group}/history"))["last"] == 0


async def test_an_owner_deletes_anybodys_message_and_a_member_does_not(ana: Person, ben: Person, group: int) -> None:
    at_ana, at_ben = await ana.socket(), await ben.socket()
    for socket in (at_ana, at_ben):
        await socket.receives("sent", id=await socket.sends(group))
    assert (await at_ben.receives("error", id=await at_ben.deletes(group, 1)))["code"] == "no_such_message"
    await at_ana.receives("done", id=await at_ana.deletes(group, 2))
    assert (await at_ben.receives("changed", seq=2))["by"] == {"id": ana.id, "name": "Ana"}


async def test_lost_notes_reach_open_chats_lists_and_newcomers(
    ana: Person, ben: Person, cleo: Person, unheard: Groups, group: int
) -> None:
    open_chat, elsewhere, at_cleo = await ben.socket(), await ben.socket(), await cleo.socket()
    await open_chat.opens(group)
    await unheard.add(group, [cleo.id], by=ana.id)
    assert (await at_cleo.next())["type"] == "thread"
    for socket in (open_chat, elsewhere, at_cleo):
        assert told(await socket.receives("note", change=2)) == (2, 0, "added", "Ana", ["Cleo"], None)


async def test_a_lost_removal_reaches_open_chats_and_lists(
    ana: Person, ben: Person, unheard: Groups, group: int
) -> None:
    open_chat, elsewhere = await ben.socket(), await ben.socket()
    await open_chat.opens(group)
    await unheard.remove(group, [ben.id], by=ana.id)
    for socket in (open_chat, elsewhere):
        await socket.receives("removed", thread=group)
    assert (await open_chat.receives("error"))["code"] == "no_such_thread"


async def test_a_lost_removal_of_the_last_person_reaches_open_chats_and_lists(
    ana: Person, ben: Person, groups: Groups, unheard: Groups, group: int
) -> None:
    await groups.remove(group, [ana.id], by=ana.id)
    open_chat, elsewhere = await ben.socket(), await ben.socket()
    await open_chat.opens(group)
    await unheard.remove(group, [ben.id], by=ben.id)
    for socket in (open_chat, elsewhere):
        await socket.receives("removed", thread=group)
    assert (await open_chat.receives("error"))["code"] == "no_such_thread"


async def test_who_is_added_again_while_the_chat_is_open_loads_it_again(
    ana: Person, ben: Person, groups: Groups, unheard: Groups, group: int
) -> None:
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(group)
    await unheard.remove(group, [ben.id], by=ana.id)
    await groups.add(group, [ben.id], by=ana.id)
    assert (await at_ben.receives_one_of("note", "reset", "removed"))["type"] == "reset"
    assert (await at_ben.receives("note"))["kind"] == "added"
    await at_ana.receives("sent", id=await at_ana.sends(group, "Welcome back"))
    assert (await at_ben.receives("message"))["text"] == "Welcome back"


async def test_a_removal_that_arrives_after_the_return_removes_nobody(
    ana: Person, ben: Person, group: int, config: Config
) -> None:
    at_ben = await ben.socket()
    await at_ben.opens(group)
    await publish(config, ben, encode_event(ParticipantRemoved(group, 1)))
    assert {frame["type"] for frame in await everything_behind(at_ben, config, ben, group)} == {"thread"}


async def test_a_note_of_an_earlier_stay_tells_a_newcomer_nothing(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    await groups.set_history(group, "joined", by=ana.id)
    await groups.add(group, [cleo.id], by=ana.id)
    at_cleo = await cleo.socket()
    await publish(config, cleo, encode_event(NoteAdded(group, 1, 0, '{"type":"note","secret":true}')))
    assert not [frame for frame in await everything_behind(at_cleo, config, cleo, group) if "secret" in frame]


async def publish(config: Config, person: Person, event: bytes) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.publish(f"{config.redis_prefix}user:{person.id}", event)


async def everything_behind(socket: Socket, config: Config, person: Person, group: int) -> list[dict[str, Any]]:
    """What was sent because of earlier events: a later one ends it."""
    await publish(config, person, encode_event(NoteAdded(group, 1, 0, "")))
    await publish(config, person, b'typing 1 0\n{"type":"typing","thread":1,"user":0}')
    frames = []
    while (frame := await socket.next())["type"] != "typing":
        frames.append(frame)
    return [frame for frame in frames if frame["type"] != "presence"]
