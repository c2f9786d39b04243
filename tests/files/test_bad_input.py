"""Hostile files: a sentence for each, nothing is left over, and nothing runs."""

import struct
import zlib
from uuid import uuid4

import pytest
from PIL import Image

from chatserver.config.settings import Config
from tests.support.files import fetches, picture, saved, stored_files, uploads
from tests.support.people import Person
from tests.support.servers import Serve


def png_of(width: int, height: int) -> bytes:
    """Returns a PNG that declares a size and has no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def gif_of(frames: int, size: int = 2) -> bytes:
    made = [Image.new("P", (size, size), number % 250) for number in range(frames)]
    return saved(made[0], "GIF", save_all=True, append_images=made[1:], duration=20, optimize=False)


SCRIPT = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
BAD = {
    "a picture that declares 30,000 x 30,000": png_of(30_000, 30_000),
    "a truncated JPEG": picture(size=(400, 300))[:-200],
    "a JPEG that ends in its header": picture()[:100],
    "a truncated PNG": picture("PNG", (400, 300))[:-60],
    "a truncated GIF": picture("GIF", (400, 300))[:-60],
    "a truncated WebP": picture("WEBP", (400, 300))[:-60],
    "a truncated AVIF": picture("AVIF", (400, 300))[:-60],
    "a GIF that is JavaScript": b"GIF89a=1;alert(document.cookie)//",
    "a PNG of nothing": png_of(0, 0),
}
DOWNLOADS = {
    "an SVG with a script": (SCRIPT, "a.svg", "image/svg+xml"),
    "HTML named .png": (b"<script>alert(1)</script>", "a.png", "image/png"),
    "a PDF": (b"%PDF-1.7 /JavaScript", "a.pdf", "application/pdf"),
    "a HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic", "image/heic"),
    "no type": (b"x", "a", "text/html\r"),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
async def test_a_picture_that_cannot_be_decoded_is_refused(ana: Person, config: Config, content: bytes) -> None:
    id = str(uuid4())
    status, answer = await uploads(ana, content, "a.png", "image/png", id=id)
    assert (status, answer["code"]) == (400, "bad_picture")
    assert stored_files(config) == []
    assert (await fetches(ana, id))[0] == 404
    assert (await uploads(ana, picture(), id=id))[0] == 201  # the id is still free


async def test_a_picture_with_too_many_pixels_is_refused(serve: Serve) -> None:
    async with Person(await serve(max_pixels=1000), "Ana") as ana:
        await ana.sign_up()
        status, answer = await uploads(ana, picture(size=(40, 26)))
        assert (status, answer["code"]) == (400, "bad_picture")
        assert (await uploads(ana, picture(size=(40, 25))))[0] == 201


@pytest.mark.parametrize(("content", "name", "type"), DOWNLOADS.values(), ids=DOWNLOADS)
async def test_what_is_no_picture_is_only_ever_saved(ana: Person, content: bytes, name: str, type: str) -> None:
    status, file = await uploads(ana, content, name, type.strip())
    assert (status, file["name"], file["bytes"], "width" in file) == (201, name, len(content), False)
    async with ana.http.get(f"/messages/files/{file['id']}") as answer:
        assert await answer.read() == content
        headers = answer.headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_picture_that_is_a_page_too_is_only_a_picture_afterwards(ana: Person) -> None:
    _, file = await uploads(ana, picture("GIF") + SCRIPT, "a.html", "text/html")
    assert (file["type"], file["width"]) == ("image/webp", 40)
    for size in ("", "small"):
        _, shown = await fetches(ana, file["id"], size)
        assert b"script" not in shown


async def test_an_animation_over_its_limits_is_saved_not_shown(serve: Serve) -> None:
    async with Person(await serve(max_frames=50), "Ana") as ana:
        await ana.sign_up()
        many = gif_of(51)
        for content in (many, gif_of(40, size=1700)):
            status, file = await uploads(ana, content, "a.gif", "image/gif")
            assert (status, file["type"], "width" in file, file["bytes"]) == (201, "image/gif", False, len(content))
        assert (await uploads(ana, gif_of(50)))[1]["animated"] is True


NAMES = {
    "x" * 5000 + ".txt": "x" * 196 + ".txt",
    "я" * 300 + ".txt": "я" * 98 + ".txt",
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "nul\0l.txt": "null.txt",
    "txt.\u202egpj.exe": "txt.gpj.exe",
    'say "hi".txt': 'say "hi".txt',
    "two\r\nlines: x.txt": "twolines: x.txt",
    "..": "file",
    "  ": "file",
    "": "file",
    "é.txt": "é.txt",
}


async def test_a_name_has_no_path_no_controls_and_an_end(ana: Person) -> None:
    got = {}
    for name in NAMES:
        _, file = await uploads(ana, b"x", name) if len(name) < 1000 or name.isascii() else (0, {})
        if not file:
            _, file = await uploads(ana, b"x", name[:250])
        got[name] = file["name"]
        async with ana.http.get(f"/messages/files/{file['id']}") as answer:
            assert "\n" not in answer.headers["Content-Disposition"]
    assert got == NAMES
    for broken in ("%ff%fe", "%D0"):
        assert (await uploads(ana, b"x", X_File_Name=broken))[1]["name"] == "file"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ("text", "application/octet-stream"),
        ("text/<b>", "application/octet-stream"),
        ("a/" + "b" * 99, "application/octet-stream"),
    ],
)
async def test_a_type_is_kept_if_it_is_well_formed(ana: Person, given: str, kept: str) -> None:
    assert (await uploads(ana, b"x", type=given))[1]["type"] == kept


@pytest.mark.parametrize(
    "id", ["1", "passwd", "..%2f..%2fetc%2fpasswd", "0" * 36, "6f1ed002-ab59-4d42-9a1c-c5b1e9e3d3d"]
)
async def test_what_is_no_id_is_no_file(ana: Person, id: str) -> None:
    status, answer = await uploads(ana, b"x", id=id)
    assert (status, answer["code"]) == (404, "no_such_file")
