"""Every frame, as a stranger, who was removed and a participant; and to a thread that is not there."""

from typing import Any, get_args
from uuid import uuid4

from chatserver.config.settings import Config
from chatserver.realtime.frames import incoming
from tests.support.commands import thread
from tests.support.people import Person, Socket

# What answers each frame of a stranger, of who was removed, and of a participant; "" = nothing.
TABLE = {
    "open": ("no_such_thread", "no_such_thread", "opened"),
    "close": ("", "", ""),
    "send": ("no_such_thread", "no_such_thread", "sent"),
    "edit": ("no_such_thread", "no_such_thread", "no_such_message"),  # somebody else's
    "delete": ("no_such_thread", "no_such_thread", "no_such_message"),
    "react": ("no_such_thread", "no_such_thread", "done"),
    "read": ("no_such_thread", "no_such_thread", "read"),
    "typing": ("no_such_thread", "no_such_thread", ""),
    "ping": ("pong", "pong", "pong"),
    "pong": ("", "", ""),
}


def test_no_frame_is_missing_from_the_table() -> None:
    assert {frame.__name__.lower() for frame in get_args(incoming.Frame)} == TABLE.keys()


async def test_each_frame_is_followed_for_participants_alone(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    async with Person(ana.url, "Dora") as dora:
        await dora.sign_up()
        group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
        await thread(config, "remove", str(group), "Dora")
        listening = await ana.socket()
        await listening.sends(group, "to be read")
        await listening.receives("sent")
        sockets = [await person.socket() for person in (cleo, dora, ben)]
        for type, expected in TABLE.items():
            answers = [await answer(socket, type, group, code) for socket, code in zip(sockets, expected, strict=True)]
            assert tuple(code for code, _ in answers) == expected, type
            if "no_such_thread" in expected:
                nowhere = await answer(sockets[0], type, group + 1, "no_such_thread")
                assert answers[0] == answers[1] == nowhere, type
        await listening.receives("typing", user=ben.id)


async def answer(socket: Socket, type: str, thread: int, expected: str) -> tuple[str, dict[str, Any]]:
    """The frame that answers, by its type or its error's code; of nothing, that the next thing is answered."""
    await socket.says(type, thread=thread, id=str(uuid4()), seq=1, text="Hello", base=0, emoji="👍", on=True)
    if not expected:
        await socket.says("ping")
        await socket.receives("pong")
        return "", {}
    frame = await socket.receives_one_of("error", "opened", "sent", "done", "read", "pong")
    return frame.get("code", frame["type"]), {k: v for k, v in frame.items() if k not in {"id", "thread"}}
