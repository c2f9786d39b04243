"""A user who opens a thread again gets each message that changed meanwhile once, as it is now."""

from typing import Any

import pytest

from tests.support.database import change_message, execute
from tests.support.people import Person, Socket
from tests.support.servers import Serve


async def says_three(ana: Person, ben: Person) -> int:
    thread = await ana.writes_to(ben, "one")
    socket = await ana.socket()
    for text in ("two", "three"):
        await socket.sends(thread, text)
        await socket.receives("sent")
    return thread


async def replayed(socket: Socket, thread: int, **known: int) -> list[dict[str, Any]]:
    """Returns the frames before `opened`, without presence."""
    await socket.says("open", thread=thread, **known)
    frames = [await socket.next()]
    while frames[-1]["type"] != "opened":
        frames.append(await socket.next())
    return frames


async def test_ben_gets_each_changed_message_once_as_it_is_now_after_reconnecting(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await says_three(ana, ben)
    change_message(database_url, thread, 1, text="known already")
    change_message(database_url, thread, 3, text="not for long")
    change_message(database_url, thread, 2, reactions={"👍": [ana.id]})
    change_message(database_url, thread, 3, text="three at last")
    two, three, opened = await replayed(await ben.socket(), thread, after=3, change=1)
    assert (two["type"], two["seq"], two["change"], two["reactions"]) == ("changed", 2, 3, {"👍": [ana.id]})
    assert (three["type"], three["seq"], three["change"], three["text"]) == ("changed", 3, 4, "three at last")
    assert (opened["last"], opened["change"], opened["from"]) == (3, 4, 1)


async def test_a_replay_sends_messages_before_changes(ana: Person, ben: Person, database_url: str) -> None:
    thread = await says_three(ana, ben)
    change_message(database_url, thread, 1, text="One")
    change_message(database_url, thread, 3, text="Three")
    frames = await replayed(await ben.socket(), thread, after=1, change=0)
    assert [(frame["type"], frame.get("seq"), frame.get("change")) for frame in frames] == [
        ("message", 2, None), ("message", 3, 2), ("changed", 1, 1), ("changed", 3, 2), ("opened", None, 2),
    ]  # fmt: skip


async def test_a_client_that_names_no_change_gets_no_changes_replayed(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await says_three(ana, ben)
    change_message(database_url, thread, 2, text="Two")
    (opened,) = await replayed(await ben.socket(), thread, after=3)
    assert opened["change"] == 1


async def test_a_change_beyond_the_last_resets_the_client(ana: Person, ben: Person, database_url: str) -> None:
    thread = await says_three(ana, ben)
    change_message(database_url, thread, 2, text="Two")
    socket = await ben.socket()
    await socket.says("open", thread=thread, after=3, change=2)
    assert await socket.next() == {"type": "reset", "thread": thread}


@pytest.mark.parametrize(
    ("after", "change", "answer"),
    [(3, 0, "reset"), (3, 2, "changed"), (2, 2, "reset"), (2, 3, "changed"), (1, 3, "reset"), (1, 4, "opened")],
)
async def test_messages_and_changed_messages_both_count_towards_the_replay_limit(
    ana: Person, ben: Person, database_url: str, serve: Serve, after: int, change: int, answer: str
) -> None:
    """There are four changes of three messages."""
    thread = await says_three(ana, ben)
    for seq, text in ((1, "once"), (1, "twice"), (2, "once"), (3, "once")):
        change_message(database_url, thread, seq, text=text)
    url = await serve(port=0, replay_limit=2, origins=(str(ana.url.origin()),))
    async with Person(url, "Ben") as here:
        here.http.cookie_jar.update_cookies({"chat_session": ben.session.value}, url)
        socket = await here.socket(origin=str(ana.url.origin()))
        await socket.says("open", thread=thread, after=after, change=change)
        assert (await socket.receives_one_of("reset", "changed", "opened"))["type"] == answer


async def test_a_later_participant_gets_no_earlier_changes(ana: Person, ben: Person, database_url: str) -> None:
    thread = await says_three(ana, ben)
    for seq in (1, 3):
        change_message(database_url, thread, seq, text=f"{seq}, secretly")
    execute(database_url, f"update participants set from_seq = 3 where user_id = {ben.id}")
    three, again, opened = await replayed(await ben.socket(), thread, after=0, change=0)
    assert (three["type"], three["seq"]) == ("message", 3)
    assert (again["type"], again["seq"], again["change"]) == ("changed", 3, 2)
    assert (opened["last"], opened["change"], opened["from"]) == (3, 2, 3)


async def test_a_participant_who_was_removed_and_added_again_reloads_the_page(
    ana: Person, ben: Person, database_url: str
) -> None:
    """Their chat was open all the time, but the events were lost."""
    thread = await says_three(ana, ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(thread, after=3)
    execute(database_url, f"update participants set from_seq = 5 where user_id = {ben.id}")
    execute(database_url, f"update threads set last_seq = 4 where id = {thread}")
    await at_ana.sends(thread, "five")
    assert (await at_ben.receives_one_of("message", "reset"))["type"] == "reset"
