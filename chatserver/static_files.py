"""The static files, under one hash of the whole tree: plain ES modules import each other by relative names."""

import hashlib
import re
from functools import cache
from pathlib import PurePath

from aiohttp import web

from chatserver.folders import folder

IMMUTABLE = "public, max-age=31536000, immutable"
ALL_STYLES = "css/all.css"  # every style sheet in one answer; their layers say which counts more
IMPORT = re.compile(rb"^(?:import|export) [^;]*? from '\./([\w.]+)';", re.MULTILINE)
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def static_files() -> "StaticFiles":
    """The files of this process."""
    return StaticFiles()


class StaticFiles:
    """The files as they were at start, kept in memory: a few hundred KiB, and no file is opened for a request."""

    def __init__(self) -> None:
        root = folder("static")
        self._files: dict[str, bytes] = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.suffix in TYPES
        }
        styles = [content for name, content in self._files.items() if name.endswith(".css")]
        self._files[ALL_STYLES] = b"".join(styles)
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        self._hash = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """The address of a file. Raises KeyError for one that isn't there: a template's mistake."""
        self._files[name]
        return f"/messages/static/{self._hash}/{name}"

    @cache  # noqa: B019  # there is one for the whole process
    def imported_by(self, entry: str) -> list[str]:
        """The addresses of a module and of all that it imports, for the browser to fetch at once."""
        found = [entry]
        for name in found:
            folder_of = PurePath(name).parent
            imports = [(folder_of / imported.decode()).as_posix() for imported in IMPORT.findall(self._files[name])]
            found += [each for each in dict.fromkeys(imports) if each not in found]
        return [self.url(name) for name in found]

    async def serve(self, request: web.Request) -> web.Response:
        """A file; one asked for under an older hash (a page from before an update) comes as it is now, uncached."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        return web.Response(
            body=self._files[name],
            content_type=TYPES[PurePath(name).suffix],
            charset="utf-8",
            headers={"Cache-Control": IMMUTABLE if request.match_info["hash"] == self._hash else "no-cache"},
        )
