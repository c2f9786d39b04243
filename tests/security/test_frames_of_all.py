"""Every frame, sent by each role, and for a missing thread."""

from typing import Any, get_args
from uuid import uuid4

from chatserver.config.settings import Config
from chatserver.realtime.frames import incoming
from tests.support.commands import thread
from tests.support.grouping import changes_group
from tests.support.people import Person, Socket

# The answer to each frame of a stranger, a removed user, a newcomer who sees no message from before, a participant, the
# author, and an author whom the other user of the pair has blocked; "" is no answer. Deletion comes after the other
# changes.
TABLE = {
    "open": ("no_such_thread", "no_such_thread", "opened", "opened", "opened", "opened"),
    "close": ("", "", "", "", "", ""),
    "send": ("no_such_thread", "no_such_thread", "sent", "sent", "sent", "accepts_no_messages"),
    "edit": ("no_such_thread", "no_such_thread", "no_such_message", "no_such_message", "done", "accepts_no_messages"),
    "react": ("no_such_thread", "no_such_thread", "no_such_message", "done", "done", "accepts_no_messages"),
    "delete": ("no_such_thread", "no_such_thread", "no_such_message", "no_such_message", "done", "done"),
    "read": ("no_such_thread", "no_such_thread", "", "read", "", ""),  # one's own message is read
    "typing": ("no_such_thread", "no_such_thread", "", "", "", ""),
    "ping": ("pong", "pong", "pong", "pong", "pong", "pong"),
    "pong": ("", "", "", "", "", ""),
}


def test_no_frame_is_missing_from_the_table() -> None:
    assert {frame.__name__.lower() for frame in get_args(incoming.Frame)} == TABLE.keys()


async def test_each_frame_works_only_for_those_who_may(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
    async with Person(ana.url, "Dora") as dora, Person(ana.url, "Emil") as emil, Person(ana.url, "Fay") as fay:
        for person in (dora, fay):
            await person.sign_up()
        group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
        await thread(config, "remove", str(group), "Dora")
        listening, watching = await ana.socket(), await ana.socket()
        pair = await (await emil.sign_up()).writes_to(ana, "to be changed")
        await watching.receives("message", thread=pair)
        await ana.post("/messages/block/", page="/messages/", user=str(emil.id), next="/messages/")
        await listening.sends(group, "to be changed")
        await listening.receives("sent")
        for field in ({"history": "joined"}, {"add": "Fay"}):
            assert (await changes_group(ana, group, **field)).status == 303
        sockets = [(await person.socket(), group) for person in (cleo, dora, fay, ben, ana)]
        sockets.append((await emil.socket(), pair))
        for type, expected in TABLE.items():
            asked = zip(sockets, expected, strict=True)
            answers = [await answer(socket, type, chat, code) for (socket, chat), code in asked]
            assert tuple(code for code, _ in answers) == expected, type
            if "no_such_thread" in expected:
                nowhere = await answer(sockets[0][0], type, pair + 1, "no_such_thread")
                assert answers[0] == answers[1] == nowhere, type
        await listening.receives("typing", user=ben.id)
        of_emil = [frame["type"] for frame in await watching.everything_so_far() if frame.get("thread") == pair]
        assert of_emil == ["changed"]  # the deletion alone


async def answer(socket: Socket, type: str, thread: int, expected: str) -> tuple[str, dict[str, Any]]:
    """Returns the type or the error code of the answer; if none is expected, checks that the next frame is answered."""
    await socket.says(type, thread=thread, id=str(uuid4()), seq=1, text="Hello", base=0, emoji="👍", on=True)
    if not expected:
        await socket.says("ping")
        await socket.receives("pong")
        return "", {}
    frame = await socket.receives_one_of("error", expected)
    return frame.get("code", frame["type"]), {k: v for k, v in frame.items() if k not in {"id", "thread"}}
