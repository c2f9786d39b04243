"""Parses the frames that a browser sends."""

from collections.abc import Callable
from typing import Any

from chatserver.conversations.access import parse_thread_id
from chatserver.errors import ChatError
from chatserver.frames import decode
from chatserver.realtime.frames.incoming import (
    Close,
    Delete,
    Edit,
    Frame,
    Open,
    Ping,
    Pong,
    React,
    Read,
    Send,
    Typing,
)
from chatserver.validation import MAX_ID, parse_uuid


class BadFrame(ChatError):
    """A frame that cannot be processed; `echo` holds its `id` and `thread` as far as they could be read."""

    def __init__(self, cause: ChatError, echo: dict[str, Any]) -> None:
        super().__init__(cause.code, cause.retry_after, **cause.values)
        self.echo = echo


def parse(raw: str | bytes) -> Frame:
    """Parses a frame from the browser. Ignores unknown fields. Raises BadFrame for an invalid frame."""
    try:
        fields = decode(raw if isinstance(raw, str) else "")  # browsers send text, never binary frames
    except ValueError:
        raise BadFrame(ChatError("bad_frame"), {}) from None
    try:
        return _frame(fields)
    except ChatError as error:
        raise BadFrame(error, _echo(fields)) from None


def echo_of(frame: Frame) -> dict[str, Any]:
    """Returns the fields by which an error names the frame that it answers."""
    return _echo(frame._asdict())


def _echo(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in ("id", "thread") if _fit_to_echo(fields.get(name))}


def _fit_to_echo(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 36 and value.isascii()
    return type(value) is int and abs(value) <= MAX_ID


def _frame(fields: dict[str, Any]) -> Frame:
    type_ = fields.get("type")
    if not isinstance(type_, str) or type_ not in FRAMES:
        raise ChatError("bad_frame")
    return FRAMES[type_](fields)


def _thread(fields: dict[str, Any]) -> int:
    if type(fields.get("thread")) is not int:  # a bool is an int to Python
        raise ChatError("bad_frame")
    return parse_thread_id(fields["thread"])


def _place(fields: dict[str, Any]) -> tuple[int, str, int]:
    """Returns the thread, the id of the request, and the number of the message."""
    return _thread(fields), parse_uuid(fields.get("id")), _number(fields.get("seq"))


def _reply(value: object) -> int | None:
    """Returns a number of a message; no message has a negative one, nor one beyond the last."""
    if value is not None and type(value) is not int:
        raise ChatError("bad_frame")
    return None if value is None else max(-MAX_ID, min(value, MAX_ID))


def _reaction(fields: dict[str, Any]) -> tuple[str, bool]:
    emoji, on = fields.get("emoji"), fields.get("on")
    if not isinstance(emoji, str) or not isinstance(on, bool):
        raise ChatError("bad_frame")
    return emoji, on


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ChatError("bad_frame")
    return min(value, MAX_ID)


def _optional_number(value: object) -> int | None:
    return None if value is None else _number(value)


FRAMES: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "open": lambda fields: Open(
        _thread(fields), _optional_number(fields.get("after")), _optional_number(fields.get("change"))
    ),
    "close": lambda fields: Close(_thread(fields)),
    "send": lambda fields: Send(
        _thread(fields), fields.get("id"), fields.get("text"), _reply(fields.get("reply")), fields.get("files")
    ),
    "edit": lambda fields: Edit(*_place(fields), fields.get("text"), _number(fields.get("base"))),
    "delete": lambda fields: Delete(*_place(fields)),
    "react": lambda fields: React(*_place(fields), *_reaction(fields)),
    "read": lambda fields: Read(_thread(fields), _number(fields.get("seq"))),
    "typing": lambda fields: Typing(_thread(fields)),
    "ping": lambda _: Ping(),
    "pong": lambda _: Pong(),
}
