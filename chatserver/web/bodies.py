"""Reads the body of a POST: the fields of a form or of a JSON object.

aiohttp's own `post()` reads any other body as an empty form, and replaces escaped bytes that are not valid text with
U+FFFD: the stored text would differ from the sent one.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from chatserver.errors import ChatError

URLENCODED, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
MOST_FIELDS = 1000
# Exceptions of reading a body that is malformed, incomplete, or in an unknown encoding.
BROKEN = (ValueError, LookupError, RuntimeError, ConnectionError, HttpProcessingError, web.RequestPayloadError)


def accepts_json(request: web.Request) -> bool:
    """Returns whether the client prefers JSON to a page, where there are both."""
    return JSON in request.headers.get("Accept", "")


async def read_fields(request: web.Request) -> dict[str, Any]:
    """Returns the fields of a form or of JSON (RFC 8259, and types like `application/vnd.example+json`, RFC 6839 §3.1).

    Raises ChatError `bad_frame` for anything but a JSON object in UTF-8, and like `read_form_fields`.
    """
    if request.content_type != JSON and not request.content_type.endswith("+json"):
        return await read_form_fields(request)
    try:
        fields = json.loads(await request.read())  # lone surrogates pass here: texts are checked where they are used
    except BROKEN:
        raise ChatError("bad_frame") from None
    if not isinstance(fields, dict):
        raise ChatError("bad_frame")
    return fields


async def read_form_fields(request: web.Request) -> dict[str, Any]:
    """Returns the fields of a form: texts and files. The first of a repeated field counts.

    Raises ChatError `bad_text` for text that is invalid in UTF-8 or in the charset that the body declares, `bad_frame`
    for a body that is not a form.
    """
    return dict(reversed(await read_form_pairs(request)))


async def read_form_pairs(request: web.Request) -> list[tuple[str, Any]]:
    """Returns the fields of a form with their values, in the order of the body. Raises like `read_form_fields`."""
    if "form_pairs" in request:
        kept: list[tuple[str, Any]] = request["form_pairs"]
        return kept
    try:
        pairs = await _read(request)
        for _, value in pairs:
            if isinstance(value, str):
                value.encode()  # some charsets decode to lone surrogates
    except UnicodeError:
        raise ChatError("bad_text") from None
    except BROKEN:
        raise ChatError("bad_frame") from None
    return pairs


def keep_pairs(request: web.Request, pairs: list[tuple[str, str]]) -> None:
    """Keeps the texts of a form whose body was read as a stream."""
    request["form_pairs"] = pairs


async def typed_text(request: web.Request) -> str:
    """Returns the text of a message that the form of a POST holds, '' without one or if it cannot be read."""
    try:
        text = (await read_form_fields(request)).get("message")
    except (ChatError, web.HTTPException):
        return ""
    return text if isinstance(text, str) else ""


async def _read(request: web.Request) -> list[tuple[str, Any]]:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ChatError("bad_frame")  # it stays packed
    if request.content_type == MULTIPART:
        return list((await request.post()).items())
    body = (await request.read()).rstrip()
    if body and request.content_type != URLENCODED:
        raise ChatError("bad_frame")
    charset = request.charset or "utf-8"
    return parse_qsl(
        body.decode(charset),
        keep_blank_values=True,
        encoding=charset,
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )
