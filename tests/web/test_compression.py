"""Compression: which answers, for which clients, and that sizes reveal nothing."""

import gzip
from pathlib import Path

import brotli
import pytest
from aiohttp import ClientResponse

from chatserver.web import static_files
from chatserver.web.static_files import StaticFiles
from tests.support.people import Person


async def raw(person: Person, path: str, accept: str = "gzip", method: str = "GET") -> tuple[ClientResponse, bytes]:
    """Returns an answer with its compressed body."""
    headers = {"Accept-Encoding": accept}
    person.http._auto_decompress = False  # noqa: SLF001
    async with person.http.request(method, path, headers=headers) as response:
        body = await response.read()
    person.http._auto_decompress = True  # noqa: SLF001
    return response, body


ACCEPTED = ["gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "br,gzip", "gzip ; q=0.5", "x-gzip", "gzip;q=0.001"]
REFUSED = ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "deflate, gzip;q=0.0, br", "notgzip", "gzipped", "*;q=0"]


@pytest.mark.parametrize("accept", ACCEPTED)
async def test_a_page_is_compressed_for_a_client_that_accepts_it(ana: Person, accept: str) -> None:
    answer, body = await raw(ana, "/messages/", accept)
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(answer.headers["Content-Length"]) == len(body) < len(gzip.decompress(body)) / 2
    assert b"No chats yet" in gzip.decompress(body)


@pytest.mark.parametrize("accept", REFUSED)
async def test_a_page_is_not_compressed_for_a_client_that_does_not_accept_it(ana: Person, accept: str) -> None:
    answer, body = await raw(ana, "/messages/", accept)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert b"No chats yet" in body


async def test_json_and_errors_are_compressed_and_short_answers_are_not(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "Hello " * 500)
    history, body = await raw(ana, f"/messages/chat/{thread}/history")
    assert history.headers["Content-Encoding"] == "gzip"
    assert b"Hello Hello" in gzip.decompress(body)
    nowhere, body = await raw(ana, "/messages/nowhere")
    assert (nowhere.status, nowhere.headers["Content-Encoding"]) == (404, "gzip")
    assert b"There is nothing at this address." in gzip.decompress(body)
    for path in ("/messages/session", "/healthz", "/messages/people?name=x"):
        short, body = await raw(ana, path)
        assert "Content-Encoding" not in short.headers
        assert body[:1] in b"{o"


async def test_head_requests_get_no_body(ana: Person) -> None:
    answer, body = await raw(ana, "/messages/", method="HEAD")
    assert (answer.status, answer.headers["Content-Encoding"], body) == (200, "gzip", b"")
    assert int(answer.headers["Content-Length"]) > 500


async def test_compressed_answers_have_random_sizes(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "Hello " * 500)
    bodies = [(await raw(ana, f"/messages/chat/{thread}/history"))[1] for _ in range(20)]
    assert len({gzip.decompress(body) for body in bodies}) == 1
    sizes = {len(body) for body in bodies}
    assert len(sizes) > 3
    assert max(sizes) - min(sizes) <= 100


async def test_each_page_has_a_different_token_and_all_are_valid(ana: Person) -> None:
    pages = [await ana.get("/messages/sign-in/") for _ in range(3)]
    tokens = [page.field("csrf_token") for page in pages]
    assert not any(set(parts(one)) & set(parts(other)) for one in tokens for other in tokens if one != other)
    assert len(set(tokens)) == 3
    for token in tokens:
        answer = await ana.post_raw("/messages/language/", {"csrf_token": token, "language": "en", "next": "/"})
        assert answer.status == 303
    mixed = tokens[0][:22] + tokens[1][22:]
    answer = await ana.post_raw("/messages/language/", {"csrf_token": mixed, "language": "en", "next": "/"})
    assert answer.status == 403


def parts(token: str) -> list[str]:
    """Returns the parts of a token that an attacker could look for: runs of eight characters."""
    return [token[start : start + 8] for start in range(len(token) - 7)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of static files, one of them tiny."""
    (tmp_path / "css").mkdir()
    for name in ("account", "layers", "menu"):
        (tmp_path / "css" / f"{name}.css").write_text(f".{name} {{ top: 0; }}\n")
    for name in static_files.ENTRIES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"show('{name}');\n")
    (tmp_path / "js" / "app.js").write_text("import { time } from './time.js';\nshow(time);\n")
    (tmp_path / "js" / "page.js").write_text("show('page');\n" * 100)
    (tmp_path / "dot.svg").write_text("<svg/>")
    (tmp_path / "js" / "time.js").write_text("export const time = 1;\n")
    return tmp_path


def test_style_sheets_are_joined_with_the_order_of_layers_first(root: Path) -> None:
    for name in ("group", "names", "new_message", "tray", "viewer"):
        (root / "css" / f"{name}.css").write_text(f".{name} {{ top: 0; }}\n")
    served = static_files.read(root)
    assert served["css/all.css"] == b".layers{top:0}.menu{top:0}"
    assert served["css/rest.css"] == b".account{top:0}.group{top:0}.names{top:0}.new_message{top:0}"
    assert served["css/later.css"] == b".tray{top:0}.viewer{top:0}"


def test_a_style_sheet_keeps_its_selectors(root: Path) -> None:
    (root / "css" / "menu.css").write_text("@layer menu { .menu :is(a, b):focus-visible { color: red; } }")
    assert b"@layer menu{.menu *:is(a,b):focus-visible{color:red}}" in static_files.read(root)["css/all.css"]


def test_each_page_loads_one_script_or_separate_modules_in_development(root: Path) -> None:
    scripts = {*static_files.ENTRIES}
    sheets = {"css/all.css", "css/later.css", "css/rest.css"}
    assert static_files.read(root).keys() == {*sheets, "dot.svg", *scripts}
    separate = static_files.read(root, separate_modules=True)
    assert separate.keys() == {*sheets, "dot.svg", *scripts, "js/time.js"}
    assert separate["js/app.js"] == (root / "js" / "app.js").read_bytes()


async def test_static_files_are_compressed_where_that_makes_them_smaller(ana: Person) -> None:
    style = (await ana.get("/messages/sign-in/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    packed, body = await raw(ana, style)
    plain, whole = await raw(ana, style, "identity")
    head, nothing = await raw(ana, style, method="HEAD")
    assert packed.headers["Content-Encoding"] == head.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(body) == whole
    assert int(head.headers["Content-Length"]) == len(body) < len(whole)
    assert nothing == b""
    for answer in (packed, plain, head):
        assert (answer.headers["Vary"], answer.headers["Content-Type"]) == (
            "Accept-Encoding",
            "text/css; charset=utf-8",
        )


async def test_a_static_file_is_smaller_still_for_a_client_that_accepts_brotli(ana: Person) -> None:
    style = (await ana.get("/messages/sign-in/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    whole = (await raw(ana, style, "identity"))[1]
    bodies = {}
    for accept, coding in {"gzip": "gzip", "gzip, deflate, br": "br", "gzip, br;q=0": "gzip"}.items():
        answer, bodies[accept] = await raw(ana, style, accept)
        assert (accept, answer.headers["Content-Encoding"]) == (accept, coding)
    assert brotli.decompress(bodies["gzip, deflate, br"]) == whole
    assert len(bodies["gzip, deflate, br"]) < len(bodies["gzip"])


def test_a_tiny_file_is_left_alone(root: Path, tmp_path: Path) -> None:
    folder = StaticFiles(static_files.read(root)).write(tmp_path / "nginx")
    assert (folder / "dot.svg").is_file()
    assert not (folder / "dot.svg.gz").exists()
