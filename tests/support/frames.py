"""Frames about people."""

from typing import Any

from tests.support.people import Person, Socket


async def frames_until(socket: Socket, **fields: Any) -> list[dict[str, Any]]:
    """Returns all frames up to one with these fields."""
    frames = [await socket.next()]
    while frames[-1] | fields != frames[-1]:
        frames.append(await socket.next())
    return frames


def people_of(frames: list[dict[str, Any]]) -> set[int]:
    return {frame["user"] for frame in frames if frame["type"] == "presence"}


def read_by(opened: dict[str, Any], person: Person) -> int:
    (read,) = [each["read"] for each in opened["people"] if each["id"] == person.id]
    return int(read)
