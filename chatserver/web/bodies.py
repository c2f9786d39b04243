"""What a POST carries: the fields of a form, or of a JSON object.

aiohttp's own `post()` reads what is no form as an empty one, and puts U+FFFD in the place of escaped bytes that are no
text: something else than was sent would be stored as sent.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from chatserver.errors import ChatError

URLENCODED, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"
MOST_FIELDS = 1000
# What reading a body raises when it is broken, breaks off, or is in an encoding that is unknown.
BROKEN = (ValueError, LookupError, RuntimeError, ConnectionError, HttpProcessingError, web.RequestPayloadError)


async def read_fields(request: web.Request) -> dict[str, Any]:
    """Those of a form or of JSON (RFC 8259, and types like `application/vnd.example+json`, RFC 6839 §3.1).

    Raises ChatError `bad_frame` for what is no JSON object, be it for want of UTF-8, and as `read_form_fields` does.
    """
    if request.content_type != JSON and not request.content_type.endswith("+json"):
        return await read_form_fields(request)
    try:
        fields = json.loads(await request.read())  # half a pair passes here: texts are looked at where they are used
    except BROKEN:
        raise ChatError("bad_frame") from None
    if not isinstance(fields, dict):
        raise ChatError("bad_frame")
    return fields


async def read_form_fields(request: web.Request) -> dict[str, Any]:
    """Those of a form: texts, and what else it may carry, files say. The first of a repeated field counts.

    Raises ChatError `bad_text` for a text that is none, in UTF-8 or the charset that it names, and `bad_frame` for what
    is no form.
    """
    try:
        fields = await _read(request)
        for value in fields.values():
            if isinstance(value, str):
                value.encode()  # some charsets bring lone surrogates
    except UnicodeError:
        raise ChatError("bad_text") from None
    except BROKEN:
        raise ChatError("bad_frame") from None
    return fields


async def _read(request: web.Request) -> dict[str, Any]:
    if request.content_type == MULTIPART:
        return dict(await request.post())
    body = (await request.read()).rstrip()
    if body and request.content_type != URLENCODED:
        raise ChatError("bad_frame")
    charset = request.charset or "utf-8"
    pairs = parse_qsl(
        body.decode(charset),
        keep_blank_values=True,
        encoding=charset,
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )
    return dict(reversed(pairs))
