"""The frames of the WebSocket, as `docs/protocol.md` describes them: reading the browser's, writing ours. No I/O."""

import json
from enum import IntEnum
from typing import Any, NamedTuple

from chatserver.errors import ChatError
from chatserver.frames import encode
from chatserver.telemetry.metrics import count_refusal
from chatserver.validation import MAX_ID, clean_text, parse_id, parse_uuid

MAX_DEPTH = 8  # of objects and lists in a frame


class CloseCode(IntEnum):
    """Why the server ends a socket. All but `SIGNED_OUT` mean: come back."""

    GOING_AWAY = 1001  # restarting: at once, with jitter
    POLICY = 1008  # after 30 s
    SIGNED_OUT = 4001  # not at all
    TOO_SLOW = 4008  # at once, to catch up


class Open(NamedTuple):
    thread: int
    after: int | None


class Close(NamedTuple):
    thread: int


class Send(NamedTuple):
    thread: int
    id: str
    text: str


class Read(NamedTuple):
    thread: int
    seq: int


class Typing(NamedTuple):
    thread: int


class Ping(NamedTuple):
    pass


class Pong(NamedTuple):
    pass


Frame = Open | Close | Send | Read | Typing | Ping | Pong


class BadFrame(ChatError):
    """A frame that cannot be followed; `echo` holds what of its `id` and `thread` could be read."""

    def __init__(self, cause: ChatError, echo: dict[str, Any]) -> None:
        super().__init__(cause.code, cause.field, cause.retry_after, **cause.values)
        self.echo = echo


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, every reader takes another value (RFC 7493 §2.3)."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name stands twice")
    return fields


# Made once: `json.loads` makes a decoder for every call with options.
DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_fields)


def parse(raw: str | bytes, max_chars: int) -> Frame:
    """A frame from the browser. Unknown fields are ignored; raises BadFrame for anything that does not fit."""
    try:
        fields = DECODER.decode(raw) if isinstance(raw, str) else None  # browsers send text, never binary frames
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or _is_deep(fields):
        raise BadFrame(ChatError("bad_frame"), {})
    try:
        return _frame(fields, max_chars)
    except ChatError as error:
        echo = {"id": fields.get("id"), "thread": fields.get("thread")}
        raise BadFrame(error, {k: v for k, v in echo.items() if _fit_to_echo(v)}) from None


def _is_deep(fields: dict[str, Any]) -> bool:
    """Whether objects and lists stand in one another more than `MAX_DEPTH` deep. Nearly all frames are flat."""
    level: list[Any] = [fields]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(value, dict | list) for value in level)


def echo_of(frame: Frame) -> dict[str, Any]:
    """What an error says of the frame that it answers."""
    return {name: value for name, value in frame._asdict().items() if name in {"id", "thread"}}


def _fit_to_echo(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 36 and value.isascii()
    return type(value) is int and abs(value) <= MAX_ID


def _frame(fields: dict[str, Any], max_chars: int) -> Frame:
    match fields.get("type"):
        case "send":
            return Send(_thread(fields), parse_uuid(fields.get("id")), clean_text(fields.get("text"), max_chars))
        case "open":
            after = fields.get("after")
            return Open(_thread(fields), None if after is None else _number(after))
        case "close":
            return Close(_thread(fields))
        case "read":
            return Read(_thread(fields), _number(fields.get("seq")))
        case "typing":
            return Typing(_thread(fields))
        case "ping":
            return Ping()
        case "pong":
            return Pong()
    raise ChatError("bad_frame")


def _thread(fields: dict[str, Any]) -> int:
    if type(fields.get("thread")) is not int:  # a bool is an int to Python
        raise ChatError("bad_frame")
    thread = parse_id(fields["thread"])
    if thread is None:
        raise ChatError("no_such_thread")
    return thread


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ChatError("bad_frame")
    return min(value, MAX_ID)


def error_frame(error: ChatError, **echo: object) -> str:
    """The error as a frame, its sentence in the language of the socket at hand."""
    count_refusal(error.code)
    frame = {"type": "error", **echo, "code": error.code, "message": error.sentence}
    if error.retry_after is not None:
        frame["retry_after"] = error.retry_after
    return encode(frame)
