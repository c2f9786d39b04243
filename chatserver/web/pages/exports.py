"""A user's export: its progress, for the page's scripts, and the zip file."""

import logging

from aiohttp import web

from chatserver.errors import ChatError, Unavailable
from chatserver.frames import as_time
from chatserver.web.app_keys import EXPORTS
from chatserver.web.current_user import require_user
from chatserver.web.sessions import find_user

log = logging.getLogger(__name__)


async def progress(request: web.Request) -> web.Response:
    """Returns the state of the user's export as JSON. Raises ChatError `not_signed_in`."""
    user = await find_user(request)
    if user is None:
        raise ChatError("not_signed_in")
    export = await request.app[EXPORTS].state_of(user)
    made_at = as_time(export.made_at) if export.made_at else None
    return web.json_response(export._asdict() | {"made_at": made_at})


async def download(request: web.Request) -> web.StreamResponse:
    """Sends the user's own zip, or 404. An aborted one is shorter than its `Content-Length`, which browsers notice."""
    user = await require_user(request)
    exports = request.app[EXPORTS]
    export = await exports.finished(user)
    if export is None:
        raise ChatError("not_found")
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Length": str(export.size),
            "Content-Disposition": f'attachment; filename="messages-{export.made_at:%Y-%m-%d}.zip"',
        }
    )
    await response.prepare(request)
    try:
        if request.method == "GET":
            async for part in exports.content(export):
                await response.write(part)
        await response.write_eof()
    except (Unavailable, ConnectionError) as error:  # too late for another response
        log.info("download by user %d broke off: %s", user.id, error)
        if request.transport is not None:
            request.transport.abort()
    return response
