"""Reads the body of a call to the API, and its fields: what is missing or of a wrong kind is `bad_frame`."""

from typing import Any

from aiohttp import web

from chatserver.errors import ChatError
from chatserver.frames import decode
from chatserver.sso.subjects import clean_sub
from chatserver.validation import MAX_ID
from chatserver.web.bodies import BROKEN, JSON

MAX_BYTES = 2**20
MAX_PEOPLE = 1000  # in one call


class Misplaced(ChatError):
    """A mistake in a list; `at` is its place, from 0."""

    def __init__(self, cause: ChatError, at: int) -> None:
        super().__init__(cause.code, cause.retry_after, **cause.values)
        self.present = {"at": at}


async def read_object(request: web.Request) -> dict[str, Any]:
    """Returns the JSON object of a body in UTF-8. Unknown fields are for the caller to ignore.

    Raises ChatError `bad_frame` for anything else, for more than `MAX_BYTES`, and for what `decode` refuses.
    """
    if request.content_type != JSON:
        raise ChatError("bad_frame")
    body = bytearray()
    try:
        async for part in request.content.iter_any():
            body += part
            if len(body) > MAX_BYTES:
                raise ChatError("bad_frame")
        return decode(body.decode())
    except BROKEN:
        raise ChatError("bad_frame") from None


def text_field(body: dict[str, Any], name: str) -> str:
    """Returns a text that must be there. Raises ChatError `bad_frame`."""
    value = body.get(name)
    if not isinstance(value, str):
        raise ChatError("bad_frame")
    return value


def sub_field(body: dict[str, Any], name: str) -> str:
    """Returns a person's subject that must be there. Raises ChatError `bad_frame` or `bad_sub`."""
    return clean_sub(text_field(body, name))


def number_field(body: dict[str, Any], name: str) -> int | None:
    """Returns an integer, within the range of ids; None if it is missing or null. Raises ChatError `bad_frame`."""
    value = body.get(name)
    if value is not None and type(value) is not int:  # a bool is an int to Python
        raise ChatError("bad_frame")
    return None if value is None else max(-MAX_ID, min(value, MAX_ID))


def list_field(body: dict[str, Any], name: str) -> list[Any]:
    """Returns a list that must be there, of at most `MAX_PEOPLE`. Raises ChatError `bad_frame`."""
    value = body.get(name)
    if not isinstance(value, list) or len(value) > MAX_PEOPLE:
        raise ChatError("bad_frame")
    return value


def subs_field(body: dict[str, Any], name: str) -> list[str]:
    """Returns people's subjects. Raises ChatError `bad_frame`, or `bad_sub` with the place of the first wrong one."""
    subs = []
    for at, value in enumerate(list_field(body, name)):
        try:
            subs.append(clean_sub(value))
        except ChatError as error:
            raise Misplaced(error, at) from None
    return subs
