"""Invalid or smuggled requests get one answer or a closed connection, and reveal nothing about the server."""

from uuid import uuid4

import pytest
from yarl import URL

from chatserver.web.middlewares import HEADERS
from tests.support.people import Person
from tests.support.raw import KEY, Raw, cookie_of

pytestmark = pytest.mark.long

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /messages/sign-in/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
HIDDEN = b"GET /messages/nowhere HTTP/1.1\r\nHost: x\r\n\r\n"  # a second request inside the first
CHUNK = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
WEBSOCKET = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
    % KEY.encode()
)

BROKEN = {
    "both lengths": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "both lengths the other way round": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"
    + HIDDEN,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "the same length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\nab",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\nab",
    "a length below nothing": POST + b"Content-Length: -2\r\n\r\nab",
    "a length in sixteens": POST + b"Content-Length: 0x2\r\n\r\nab",
    "two encodings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "an unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a bare line feed in a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n2;\n\r\nab\r\n0\r\n\r\n" + HIDDEN,
    "bare line feeds": b"GET /healthz HTTP/1.1\nHost: x\n\n",
    "a bare line feed": GET + b"X: a\nY: b\r\n\r\n",
    "a bare carriage return": GET + b"X: a\rY: b\r\n\r\n",
    "a folded line": GET + b"X: a\r\n b\r\n\r\n",
    "NUL in a value": GET + b"X: a\0b\r\n\r\n",
    "NUL in a name": GET + b"X\0: a\r\n\r\n",
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": GET + b"Host: y\r\n\r\n",
    "a header of 9 KB": GET + b"X: " + b"x" * 9000 + b"\r\n\r\n",
    "200 headers": GET + b"".join(b"X-%d: x\r\n" % number for number in range(200)) + b"\r\n",
    "an address of 100 KB": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a space in the address": b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "an address in no encoding": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "an unknown method": b"BREW /messages/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in lower case": b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/3": b"GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100,
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_request_gets_one_answer_without_details(
    url: URL, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with Raw(url) as raw:
        await raw.sends(data)
        (answer,) = await raw.answers()
    assert answer.status == 400
    assert answer.body == b"This is no request that can be answered.\n"
    assert "a broken request from 127.0.0.1: " in caplog.text


@pytest.mark.parametrize("data", [b"nonsense\r\n\r\n", GET + b"\r\n", b"GET /.env HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_every_answer_has_the_security_headers_and_no_version(url: URL, data: bytes) -> None:
    async with Raw(url) as raw:
        await raw.sends(data)
        answer = await raw.answer()
    assert answer is not None
    assert answer.headers.items() >= {
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
    }.items()  # fmt: skip
    assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert not answer.headers.keys() & {"server", "x-powered-by", "via"}
    assert "aiohttp" not in str(answer)
    assert "Python" not in str(answer)


SESSION = b"GET /messages/session HTTP/1.1\r\nHost: x\r\n"
SOCKET = b"GET /messages/ws HTTP/1.1\r\nHost: x\r\n"
BODY = b"Content-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
H2C = b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x\r\n\r\n"

ODD = {
    "100 KB of headers": (GET + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(100)) + b"\r\n", 200),
    "a cookie of 8 KB": (SESSION + b"Cookie: chat_session=%s\r\n\r\n" % (b"x" * 8000), 401),
    "cookies that are none": (SESSION + b"Cookie: =;;\xff=\x80; chat_session\r\n\r\n", 401),
    "a body too long": (POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000, 413),
    "chunks too many": (POST + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNK * 12 + b"0\r\n\r\n", 413),
    "an encoding in the chunks": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 403),
    "a body where none is expected": (GET + BODY, 200),
    "an unknown expectation": (POST + b"Expect: nonsense\r\nContent-Length: 2\r\n\r\nab", 417),
    "CONNECT": (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example:80\r\n\r\n", 404),
    "the server as such": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "another site's address": (b"GET http://evil.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    "an address with a host": (b"GET //evil.example/messages HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "two slashes": (b"GET /messages//evil.example HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "HTTP/0.9": (b"GET /healthz\r\n\r\n", 200),
    "upgrade to HTTP/2": (GET + H2C, 200),
    "a WebSocket elsewhere": (GET + WEBSOCKET + b"\r\n", 200),
    "a WebSocket by POST elsewhere": (POST + WEBSOCKET + BODY, 403),
    "a WebSocket with a body": (SOCKET + WEBSOCKET + BODY, 403),
}


@pytest.mark.parametrize(("data", "status"), ODD.values(), ids=ODD.keys())
async def test_an_unusual_request_gets_one_answer(url: URL, data: bytes, status: int) -> None:
    async with Raw(url) as raw:
        await raw.sends(data)
        assert [answer.status for answer in await raw.answers()] == [status]


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "PATCH", "PROPFIND", "OPTIONS"])
async def test_an_unsupported_method_is_refused_and_not_echoed(url: URL, method: str) -> None:
    async with Raw(url) as raw:
        await raw.requests(f"{method} /messages/sign-in/ HTTP/1.1", "X-Secret: a secret")
        (answer,) = await raw.answers()
    assert answer.status == 405
    assert answer.headers["allow"] == "GET,HEAD,POST"
    assert b"a secret" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.git/HEAD", "/.env", "/chatserver.env", "/metrics", "/debug", "/debug/pprof", "/console",
        "/server-status", "/nginx_status", "/messages/.git/config", "/static/", "/messages/static", "/messages/static/",
        "/messages/static/x/", "/messages/static/x//etc/passwd", "/messages/static/x/%00",
        "/messages/static/x/../../chatserver/config.py", "/messages/static/x/%2e%2e/%2e%2e/chatserver/config.py",
        "/messages/static/x/..%2f..%2f..%2fetc%2fpasswd", "/messages/static/x/..%5c..%5cconfig.py",
        "/messages/static/%2e%2e/%2e%2e/x", "/messages/static/x/%252e%252e/config.py", "/..", "/%2e%2e/",
        "/messages;/x", "/messages/%00",
    ],
)  # fmt: skip
async def test_no_source_file_can_be_downloaded(url: URL, path: str) -> None:
    async with Raw(url) as raw:
        await raw.requests(f"GET {path} HTTP/1.1")
        (answer,) = await raw.answers()
    assert answer.status == 404
    assert b"import" not in answer.body


async def test_a_foreign_host_never_leads_to_another_site(url: URL) -> None:
    async with Raw(url) as raw:
        await raw.requests("GET http://evil.example/messages/ HTTP/1.1", "X-Forwarded-Host: evil.example")
        (answer,) = await raw.answers()
    assert answer.status == 303
    assert answer.headers["location"].startswith("/messages/sign-in/")
    assert "evil" not in answer.headers["location"]


async def test_requests_sent_at_once_are_answered_in_order(url: URL) -> None:
    async with Raw(url) as raw:
        await raw.sends(GET + b"\r\n" + HIDDEN + GET + b"\r\n")
        statuses = [answer.status for answer in (await raw.answer(), await raw.answer(), await raw.answer()) if answer]
    assert statuses == [200, 404, 200]


@pytest.mark.parametrize(
    "forge",
    [
        lambda own, other: own[:-1] + ("A" if own[-1] != "A" else "B"),
        lambda own, other: own[:-1],
        lambda own, other: own + "A",
        lambda own, other: own[:22] + other[22:],
        lambda own, other: own.upper(),
        lambda own, other: "",
        lambda own, other: own + "; x" * 2600,
        lambda own, other: "*",
        lambda own, other: own + "%00",
        lambda own, other: own + "\xe9",
    ],
    ids=[
        "changed",
        "shorter",
        "longer",
        "half another's",
        "upper case",
        "empty",
        "8 KB",
        "a pattern",
        "NUL",
        "no ASCII",
    ],
)
async def test_a_forged_cookie_gives_access_to_no_other_session(ana: Person, ben: Person, forge: object) -> None:
    name, _, own = cookie_of(ana).partition("=")
    forged = forge(own, cookie_of(ben).partition("=")[2])  # type: ignore[operator]
    expected = 200 if forged.startswith(own + ";") else 401
    async with Raw(ana.url) as raw:
        await raw.requests("GET /messages/session HTTP/1.1", f"Cookie: {name}={forged}")
        (answer,) = await raw.answers()
    assert answer.status == expected
    async with Raw(ana.url) as raw:
        handshake = await raw.upgrades(cookie=f"{name}={forged}")
    assert handshake is not None
    assert handshake.status == (101 if expected == 200 else 401)


async def test_an_invalid_browser_cookie_is_ignored(ana: Person) -> None:
    sign_in = "/messages/sign-in/"
    form = f"username=Ana&password=wrong&csrf_token={(await ana.get(sign_in)).field('csrf_token')}"
    async with Raw(ana.url) as raw:
        await raw.requests(
            f"POST {sign_in} HTTP/1.1",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(form)}",
            f"Cookie: {cookie_of(ana)}; chat_device_{ana.url.port}=\xff.aaaa",
            body=form.encode(),
        )
        answer = await raw.answer()
    assert answer is not None
    assert answer.status == 403


async def test_pages_and_sockets_both_use_the_last_of_two_cookies_with_one_name(ana: Person, ben: Person) -> None:
    both = f"{cookie_of(ana)}; {cookie_of(ben)}"
    async with Raw(ana.url) as raw:
        await raw.requests("GET /messages/session HTTP/1.1", f"Cookie: {both}")
        (answer,) = await raw.answers()
    async with Raw(ana.url) as raw:
        await raw.upgrades(cookie=both)
        assert (await raw.hears("hello"))["user"]["id"] == answer.json()["user"]["id"]


async def test_a_form_with_a_short_content_length_stores_nothing(ana: Person, ben: Person) -> None:
    """Bytes after a body belong to the next request, never to the first."""
    token = (await ana.get("/messages/")).field("csrf_token")
    body = f"csrf_token={token}&recipient_name=Ben&message=hi&client_id={uuid4()}".encode()
    async with Raw(ana.url) as raw:
        await raw.requests(
            "POST /messages/send_message/ HTTP/1.1", f"Cookie: {cookie_of(ana)}", f"Content-Length: {len(body) - 10}",
            "Content-Type: application/x-www-form-urlencoded", body=body,
        )  # fmt: skip
        statuses = [answer.status for answer in await raw.answers()]
    assert statuses in ([400], [400, 400])
    assert "data-thread" not in (await ana.get("/messages/")).text
