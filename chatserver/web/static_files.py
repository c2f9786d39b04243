"""Serves the static files under one hash of them all: one style sheet, one script for each entry, pictures."""

import gzip
import hashlib
import os
from collections.abc import Collection
from functools import cache
from pathlib import Path, PurePath

import rcssmin
from aiohttp import web

from chatserver.resources import folder
from chatserver.web import scripts
from chatserver.web.compression import accepts_gzip

IMMUTABLE = "public, max-age=31536000, immutable"
ALL_STYLES = "css/all.css"  # every style sheet in one response
LAYERS = "css/layers.css"  # defines the order of the cascade layers, so it comes first
ENTRIES = ("js/app.js", "js/page.js")  # the scripts that pages name
SEPARATE_MODULES = "CHATSERVER_SEPARATE_MODULES"  # `make run` sets it, so that a debugger shows the modules
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PICTURES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}  # files of the site's own


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
    styles = "".join(files[name] for name in sheets)
    served[ALL_STYLES] = styles if separate_modules else rcssmin.cssmin(styles)
    served |= modules if separate_modules else {name: scripts.join(modules, name) for name in ENTRIES}
    return {name: text.encode() for name, text in served.items()}


class StaticFiles:
    """Holds the files in memory as they were at the start: some 200 KiB, and no request opens a file.

    Each is compressed once, at the best level; padding is not needed, since they contain no secret.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        packed = {name: gzip.compress(content, 9, mtime=0) for name, content in self._files.items()}
        self._packed = {name: content for name, content in packed.items() if len(content) < len(self._files[name])}
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        self._hash = digest.hexdigest()[:16]

    @property
    def names(self) -> Collection[str]:
        """The files' names, such as `js/app.js`."""
        return self._files.keys()

    def url(self, name: str) -> str:
        """Returns the address of a file. Raises KeyError for a missing one: an error in a template."""
        self._files[name]
        return f"/messages/static/{self._hash}/{name}"

    def write(self, root: Path) -> Path:
        """Writes the files for nginx (`gzip_static`), by their addresses under `root`; returns their folder."""
        for name, content in self._files.items():
            path = root / self.url(name).lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            if name in self._packed:
                path.with_name(f"{path.name}.gz").write_bytes(self._packed[name])
        return root / "messages" / "static" / self._hash

    async def serve(self, request: web.Request) -> web.Response:
        """Serves a file; under an older hash (a page from before an update) the current file, not cacheable."""
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        suffix = PurePath(name).suffix
        response = web.Response(
            body=self._files[name],
            content_type=(TYPES | PICTURES)[suffix],
            charset="utf-8" if suffix in TYPES else None,
            headers={
                "Cache-Control": IMMUTABLE if request.match_info["hash"] == self._hash else "no-cache",
                "Vary": "Accept-Encoding",
            },
        )
        if name in self._packed and accepts_gzip(request):
            response.body = self._packed[name]
            response.headers["Content-Encoding"] = "gzip"
        return response
