"""The static files, under one hash of the whole tree: plain ES modules import each other by relative names."""

import hashlib
from functools import cache
from pathlib import Path

from aiohttp import web

from chatserver.folders import folder

IMMUTABLE = "public, max-age=31536000, immutable"


@cache
def static_files() -> "StaticFiles":
    """The files of this process."""
    return StaticFiles()


class StaticFiles:
    """The files as they were at start: only what was there then is served."""

    def __init__(self) -> None:
        root = folder("static")
        self._files: dict[str, Path] = {
            path.relative_to(root).as_posix(): path
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.suffix in {".css", ".js", ".svg", ".png", ".webmanifest", ".txt"}
        }
        digest = hashlib.sha256()
        for name, path in self._files.items():
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        self._hash = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that isn't there: a template's mistake."""
        self._files[name]
        return f"/messages/static/{self._hash}/{name}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file; one asked for under an older hash (a page from before an update) comes as it is now, uncached."""
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        response = web.FileResponse(path)
        response.headers["Cache-Control"] = IMMUTABLE if request.match_info["hash"] == self._hash else "no-cache"
        return response
