"""The addresses of files: uploading one before it is sent, showing it, and taking it back."""

from collections.abc import AsyncIterator

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.errors import ChatError
from chatserver.files.access import SeenFile, file_for
from chatserver.files.names import ANY_TYPE, clean_type, disposition, read_name, served_name
from chatserver.files.storage import SMALL
from chatserver.files.uploads import NewFile
from chatserver.validation import parse_uuid
from chatserver.web.app_keys import CONFIG, DB, UPLOADS
from chatserver.web.bodies import BROKEN, accepts_json
from chatserver.web.byte_ranges import DiskFile, send_chunks
from chatserver.web.current_user import require_user
from chatserver.web.forms import check_form
from chatserver.web.sessions import find_user

CHUNK = 64 * 1024  # bytes of a body
HEADERS = {
    "Cache-Control": "private, no-cache",  # the browser asks each time, and we look each time
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Vary": "Cookie",
}


async def upload(request: web.Request) -> web.Response:
    """Receives a file, which only its uploader can send or see until it is sent."""
    user = await _sender(request)
    new = NewFile(
        user.id,
        _file_id(request),
        read_name(request.headers.get("X-File-Name", "")),
        clean_type(request.headers.get("Content-Type", "")),
        request.content_length,
    )
    file, is_new = await request.app[UPLOADS].receive(new, _body(request))
    return web.json_response(file.as_frame(), status=201 if is_new else 200)


async def discard(request: web.Request) -> web.Response:
    """Removes a file that the user has not sent."""
    user = await _sender(request)
    await request.app[UPLOADS].discard(user.id, _file_id(request))
    return web.Response(status=204)


async def show(request: web.Request) -> web.StreamResponse:
    """Sends a file, or a small picture of it, to those who may see its message. Pictures are shown, others saved."""
    user = await _reader(request)
    size = request.query.get("size")
    if size not in {None, "small"}:
        raise ChatError("bad_frame")
    file = await file_for(request.app[DB], _file_id(request), user.id)
    is_small = size is not None and file.has_small
    return await _send(request, file, file.key + SMALL if is_small else file.key, 0 if is_small else file.bytes)


async def _sender(request: web.Request) -> User:
    user = await find_user(request)
    if user is None:
        raise ChatError("not_signed_in")
    request["csrf_token"] = request.headers.get("X-CSRF-Token", "")
    await check_form(request)
    return user


async def _reader(request: web.Request) -> User:
    if not accepts_json(request):
        return await require_user(request)
    user = await find_user(request)
    if user is None:
        raise ChatError("not_signed_in")
    return user


def _file_id(request: web.Request) -> str:
    try:
        return parse_uuid(request.match_info["file"])
    except ChatError:
        raise ChatError("no_such_file") from None


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    """Yields the body as it comes. Raises ChatError `bad_frame` if it ends early."""
    try:
        async for chunk in request.content.iter_chunked(CHUNK):
            yield chunk
    except BROKEN:
        raise ChatError("bad_frame") from None


async def _send(request: web.Request, file: SeenFile, key: str, size: int) -> web.StreamResponse:
    """Sends the bytes under a key, `size` of them (0: unknown): by nginx, by the system's `sendfile`, or in chunks."""
    storage, accel = request.app[UPLOADS].storage, request.app[CONFIG].files_accel
    if storage is None:
        raise ChatError("no_such_file")
    kind, type_ = ("inline", file.type) if file.is_picture else ("attachment", ANY_TYPE)
    name = served_name(file.name, is_picture=file.is_picture)
    headers = {"Content-Type": type_, "Content-Disposition": disposition(kind, name), **HEADERS}
    if accel:
        return web.Response(headers=headers | {"X-Accel-Redirect": f"{accel}{key[:2]}/{key[2:4]}/{key}"})
    if size and storage.temporary is None:
        return await send_chunks(request, storage, key, size, headers)
    stored = await storage.open(key)
    if stored.path is not None:
        return DiskFile(stored.path, headers)
    return await send_chunks(request, storage, key, stored.size, headers)
