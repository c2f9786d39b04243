"""Serves the static files under one hash of the whole tree, since ES modules import each other by relative names.

Style sheets are served as one file. Scripts are not: joining modules would need a bundler, and with it Node on the
server. A new module costs a first visit one of 25 requests and about 0.9 KB, of which 0.6 are headers.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path, PurePath

from aiohttp import web

from chatserver.resources import folder
from chatserver.web.compression import accepts_gzip

IMMUTABLE = "public, max-age=31536000, immutable"
IMPORT = re.compile(r"^(?:import|export)\b(?:[^;'\"(]*\bfrom)?\s*['\"]([./][^'\"]*)['\"]", re.MULTILINE)
FOR_READERS = re.compile(r"^[ \t]*(?:/\*.*?\*/|//[^\n]*)\s*?\n|^[ \t]+", re.DOTALL | re.MULTILINE)
ALL_STYLES = "css/all.css"  # every style sheet in one response
LAYERS = "css/layers.css"  # defines the order of the cascade layers, so it comes first
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
PICTURES = {".png": "image/png", ".webp": "image/webp", ".jpg": "image/jpeg"}  # files of the site's own


@cache
def static_files() -> "StaticFiles":
    """Returns the product's files, read once for the process."""
    return StaticFiles(_read(folder("static")))


def _read(root: Path) -> dict[str, bytes]:
    files = {
        path.relative_to(root).as_posix(): _stripped(path.read_text("utf-8")).encode()
        for path in sorted(root.rglob("*"))
        if path.suffix in TYPES
    }
    styles = sorted((name for name in files if name.endswith(".css")), key=lambda name: (name != LAYERS, name))
    return files | {ALL_STYLES: b"".join(files[name] for name in styles)}


class StaticFiles:
    """Holds the files in memory as they were at the start: a few hundred KiB, and no request opens a file.

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
        """The files' names, relative to the tree, such as `js/chat.js`."""
        return self._files.keys()

    def url(self, name: str) -> str:
        """Returns the address of a file. Raises KeyError for a missing one: an error in a template."""
        self._files[name]
        return f"/messages/static/{self._hash}/{name}"

    @cache  # noqa: B019  # a process has only one instance with modules
    def imported_by(self, name: str) -> list[str]:
        """Returns the addresses of all modules that a module imports, directly or not, for the page to preload.

        Raises KeyError for an import of a missing module.
        """
        found = [name]
        for module in found:  # the list grows in the loop
            for path in IMPORT.findall(self._files[module].decode()):
                imported = posixpath.normpath(posixpath.join(posixpath.dirname(module), path))
                if imported not in found:
                    found.append(imported)
        return [self.url(module) for module in found[1:]]

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


def _stripped(content: str) -> str:
    """Removes indentation, and comments that fill whole lines.

    Without this a first visit to a chat would load 69 KB instead of 59; the limit is 60. It is used instead of rjsmin,
    which needs a compiler where it has no wheel. No text in our files spans lines (tests/web/test_compression.py).
    """
    return FOR_READERS.sub("", content)
