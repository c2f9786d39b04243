"""Serves the static files under one hash of them all: one style sheet, one script for each entry, pictures."""

import gzip
import hashlib
import os
import re
from collections.abc import Callable, Collection
from functools import cache, partial
from pathlib import Path, PurePath

import brotli
import rcssmin
from aiohttp import web

from chatserver.resources import folder
from chatserver.web import scripts
from chatserver.web.compression import accepts

IMMUTABLE = "public, max-age=31536000, immutable"
ALL_STYLES = "css/all.css"  # the style sheets of a chat, in one response
REST_STYLES = "css/rest.css"  # those that only the other pages need
REST = ("css/account.css", "css/group.css", "css/names.css", "css/new_message.css")
LATER_STYLES = "css/later.css"  # those that the script for files loads
LATER = ("css/tray.css", "css/viewer.css")
LAYERS = "css/layers.css"  # defines the order of the cascade layers, so it comes first
ENTRIES = (  # the scripts that pages name, and the service worker
    "js/app.js",
    "js/chat/plain_post.js",
    "js/embed/begin.js",
    "js/embed/count.js",
    "js/embed/messenger.js",
    "js/files.js",
    "js/groups.js",
    "js/notification_settings.js",
    "js/notifications.js",
    "js/page.js",
    "js/search.js",
    "js/worker.js",
)
BROTLI = 11  # its level: 10 saves 0.15 s of CPU at each start, and adds 1 KB to a first visit
SEPARATE_MODULES = "CHATSERVER_SEPARATE_MODULES"  # `make run` sets it, so that a debugger shows the modules
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
DESCENDANT = re.compile(r"(?<=[\w\])]) (?=:)")  # as in `.editing :is(…)`: rcssmin would drop this space
PICTURES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}


@cache
def static_files() -> "StaticFiles":
    """Returns the product's files, read once for the process."""
    return StaticFiles(read(folder("static"), separate_modules=SEPARATE_MODULES in os.environ))


def read(root: Path, separate_modules: bool = False) -> dict[str, bytes]:
    """Returns the files to serve, by name. Raises ScriptError for modules that cannot be joined."""
    files = {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted(root.rglob("*"))
        if path.suffix in TYPES
    }
    sheets = sorted((name for name in files if name.endswith(".css")), key=lambda name: (name != LAYERS, name))
    modules = {name: text for name, text in files.items() if name.endswith(".js")}
    served = {name: text for name, text in files.items() if name.endswith(".svg")}
    own = set(sheets) - {*REST, *LATER}
    for joined, parts in ((ALL_STYLES, own), (REST_STYLES, set(REST)), (LATER_STYLES, set(LATER))):
        styles = "".join(files[name] for name in sheets if name in parts)
        served[joined] = styles if separate_modules else rcssmin.cssmin(DESCENDANT.sub(" *", styles))
    served |= modules if separate_modules else {name: scripts.join(modules, name) for name in ENTRIES}
    pictures = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.png"))}
    return {name: text.encode() for name, text in served.items()} | pictures


class StaticFiles:
    """Holds the files in memory as they were at the start: some 200 KiB, and no request opens a file.

    Each is compressed once, by brotli (RFC 7932; browsers ask for it over HTTPS only) and gzip; padding is not needed,
    since they contain no secret.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self._packed = {
            "br": self._shorter(partial(brotli.compress, quality=BROTLI)),
            "gzip": self._shorter(partial(gzip.compress, mtime=0)),
        }
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        self._hash = digest.hexdigest()[:16]

    def _shorter(self, compress: Callable[[bytes], bytes]) -> dict[str, bytes]:
        packed = {name: compress(content) for name, content in self._files.items()}
        return {name: content for name, content in packed.items() if len(content) < len(self._files[name])}

    @property
    def names(self) -> Collection[str]:
        """The files' names, such as `js/app.js`."""
        return self._files.keys()

    def url(self, name: str) -> str:
        """Returns the address of a file. Raises KeyError for a missing one: an error in a template."""
        self._files[name]
        return f"/messages/static/{self._hash}/{name}"

    def content(self, name: str) -> bytes:
        """Returns what a file holds."""
        return self._files[name]

    def write(self, root: Path) -> Path:
        """Writes the files for nginx (`gzip_static`), by their addresses under `root`; returns their folder."""
        for name, content in self._files.items():
            path = root / self.url(name).lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if name in self._packed["gzip"]:
                path.with_name(f"{path.name}.gz").write_bytes(self._packed["gzip"][name])
        return root / "messages" / "static" / self._hash

    async def serve(self, request: web.Request) -> web.Response:
        """Serves a file; under an older hash (a page from before an update) the current file, not cacheable."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        return self.answer(request, name, IMMUTABLE if request.match_info["hash"] == self._hash else "no-cache")

    def answer(self, request: web.Request, name: str, cached: str) -> web.Response:
        """Returns a file as the browser can read it; `cached` is its Cache-Control."""
        suffix = PurePath(name).suffix
        response = web.Response(
            body=self._files[name],
            content_type=(TYPES | PICTURES)[suffix],
            charset="utf-8" if suffix in TYPES else None,
            headers={"Cache-Control": cached, "Vary": "Accept-Encoding"},
        )
        for coding, packed in self._packed.items():
            if name in packed and accepts(request, coding):
                response.body = packed[name]
                response.headers["Content-Encoding"] = coding
                break
        return response
