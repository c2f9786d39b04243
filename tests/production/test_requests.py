"""Requests that two programs could parse differently, and forged headers."""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Browser
from yarl import URL

from tests.browser.screens import Screen
from tests.production.programs import program
from tests.production.stage import Stage
from tests.support.people import Person
from tests.support.ports import unused_port

# A request line in a log, but not the field of a JSON line that repeats it.
SEEN = re.compile(r'(?<!: )"[A-Z]+ (?:https?://[^/ ]+)?/[^ ?]*\?([a-z]+-[0-9a-f-]+)')

TRIES = {
    "length and chunks": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
    ),
    "chunks and length": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
        "Content-Length: 4\r\n\r\n{size:x}\r\n{hidden}\r\n0\r\n\r\n"
    ),
    "chunks by another name": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"
    ),
    "chunks with a space": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"
    ),
    "two lengths": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: {size}\r\n"
        "\r\n{hidden}"
    ),
    "a length with a sign": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: +{size}\r\n\r\n{hidden}"
    ),
    "lines that end in a bare LF": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\nHost: localhost\nContent-Length: {size}\n\n{hidden}"
    ),
    "a header after a bare LF": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nX: x\nTransfer-Encoding: chunked\r\n"
        "Content-Length: {length}\r\n\r\n0\r\n\r\n{hidden}"
    ),
    "a chunk's size with a bare LF": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "{size:x}\n{hidden}\r\n0\r\n\r\n"
    ),
    "a folded header": (
        "POST /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\n"
        "Content-Length: {length}\r\n\r\n0\r\n\r\n{hidden}"
    ),
    "an upgrade with a body": (
        "GET /messages/ws?{seen} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Content-Length: {size}\r\n\r\n{hidden}"
    ),
    "an upgrade to plain HTTP/2": (
        "GET /messages/?{seen} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n{hidden}"
    ),
    "an upgrade of a version that there is not": (
        "GET /messages/ws?{seen} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 777\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n{hidden}"
    ),
    "a body of a GET": (
        "GET /messages/sign-in/?{seen} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n{hidden}"
    ),
}  # fmt: skip


async def send(port: int, text: str, trust: ssl.SSLContext | None) -> bytes:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=trust, server_hostname="localhost" if trust else None
    )
    try:
        writer.write(text.encode())
        async with asyncio.timeout(2):
            return await reader.read(65536)
    except (TimeoutError, ConnectionError):
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("front", ["haproxy", "nginx"])
@pytest.mark.parametrize("what", TRIES)
async def test_gunicorn_sees_no_request_that_the_proxy_did_not_see(stage: Stage, what: str, front: str) -> None:
    seen, smuggled = f"seen-{uuid4()}", f"smuggled-{uuid4()}"
    hidden = f"GET /messages/sign-in/?{smuggled} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    text = TRIES[what].format(seen=seen, hidden=hidden, size=len(hidden), length=len(hidden) + 5)
    assert isinstance(stage.trust, ssl.SSLContext)
    await send(stage.ports[front], text, stage.trust if front == "haproxy" else None)
    after = f"after-{uuid4()}"
    async with aiohttp.ClientSession() as http:  # other users' next requests get their own answers
        for _ in range(4):
            async with http.get(f"{stage.url}/messages/sign-in/?{after}", ssl=stage.trust) as response:
                assert response.status == 200
    await asyncio.sleep(0.1)
    behind = SEEN.findall(stage.log("gunicorn-1") + stage.log("gunicorn-2"))
    before = SEEN.findall(stage.log("haproxy") if front == "haproxy" else stage.log("nginx-access"))
    assert behind.count(seen) <= before.count(seen)
    assert behind.count(smuggled) <= before.count(smuggled)
    assert behind.count(after) == 4


@pytest.mark.parametrize("front", ["haproxy", "nginx", "alone"])
async def test_a_forged_address_changes_nothing(stage: Stage, front: str) -> None:
    """The requests come from 127.0.0.3, which no proxy trusts."""
    url = f"{'http' if front == 'nginx' else 'https'}://127.0.0.1:{stage.ports[front]}"
    forged = {"X-Forwarded-For": "127.0.0.1, 6.6.6.6", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.3", 0), ssl=stage.trust)
    before = refused_from(stage)
    async with aiohttp.ClientSession(headers=forged, connector=connector) as http:
        async with http.get(f"{url}/messages/sign-in/") as page:
            token = re.search(r'name="csrf_token" value="([^"]+)"', await page.text())
            cookie = page.headers["Set-Cookie"].partition(";")[0]
        assert token is not None
        fields = {"username": f"nobody{uuid4().hex[:8]}", "password": "a wrong password", "csrf_token": token[1]}
        async with http.post(f"{url}/messages/sign-in/", data=fields, headers={"Cookie": cookie}) as answer:
            assert answer.status == 403
    assert refused_from(stage) - before == Counter({"127.0.0.3": 1})


def refused_from(stage: Stage) -> Counter[str]:
    return Counter(re.findall(r"sign-in refused from ([0-9.]+)", stage.log("gunicorn-1") + stage.log("gunicorn-2")))


SITE = """\
proxy_cache_path {folder}/run/site-cache keys_zone=site:1m;
server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    add_header X-Site yes always;
    proxy_cache site;
    proxy_cache_valid any 5m;
    proxy_ignore_headers Cache-Control Set-Cookie Vary;
    proxy_intercept_errors on;
    error_page 404 =200 /;
    expires 1h;
    include snippets/chatserver.conf;
    location / {{ return 200 "the site's"; }}
    location ~* \\.(css|js)$ {{ return 200 "the site's own"; }}
}}
"""


@pytest.fixture
async def beside(stage: Stage) -> AsyncIterator[str]:
    """An nginx site with the chat under /messages/, and with settings that are meant for its own pages."""
    place, port = stage.folder / "beside", unused_port()
    main = stage.write_nginx(place)
    (place / "site.conf").write_text(SITE.format(folder=stage.folder, port=port))
    stage.run("nginx-beside", program("nginx"), "-p", place, "-c", main, "-g", "daemon off;")
    await stage.answers(f"https://localhost:{port}/messages/sign-in/", 20)
    yield f"https://localhost:{port}"
    stage.end("nginx-beside")


async def test_the_nginx_settings_of_a_site_do_not_affect_the_chat_beside_it(stage: Stage, beside: str) -> None:
    async with (
        Person(URL(beside), "Ana-at-the-site", trust=stage.trust) as ana,
        Person(URL(beside), "Ben-at-the-site", trust=stage.trust) as ben,
    ):
        page = await ben.get("/messages/sign-in/")
        assert page.headers.getall("Cache-Control") == ["no-store"]
        assert not {"X-Site", "Expires"} & page.headers.keys()
        await ana.sign_up()
        assert (await ana.get("/messages/session")).status == 200
        assert (await ben.get("/messages/session")).status == 401
        lost = await ben.get("/messages/nowhere")
        assert (lost.status, "/messages/static/" in lost.text) == (404, True)
        style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        sheet = await ben.get(style)
        assert "@layer" in sheet.text
        assert sheet.headers.getall("Cache-Control") == ["public, max-age=31536000, immutable"]
        assert [(await ben.get(path)).text for path in ("/", "/site.css")] == ["the site's", "the site's own"]


@pytest.fixture
async def naive(stage: Stage) -> AsyncIterator[str]:
    """A proxy configured without regard to WebSockets."""
    place, port = stage.folder / "naive", stage.ports["naive"]
    main = stage.write_nginx(place)
    (place / "site.conf").write_text(
        f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {stage.folder}/certificate.pem;\n"
        f"ssl_certificate_key {stage.folder}/key.pem;\n"
        f"location / {{ proxy_pass http://127.0.0.1:{stage.ports['one']}; proxy_set_header Host $http_host;\n"
        f"proxy_set_header Origin {stage.url}; }} }}\n"
    )
    stage.run("naive", program("nginx"), "-p", place, "-c", main, "-g", "daemon off;")
    await stage.answers(f"https://localhost:{port}/messages/sign-in/", 20)
    yield f"https://localhost:{port}"
    stage.end("naive")


async def test_the_page_and_the_log_report_a_proxy_that_drops_upgrade(
    stage: Stage,
    naive: str,
    browser: Browser,
) -> None:
    context = await browser.new_context(base_url=naive, locale="en-US", ignore_https_errors=True)
    cleo = await Screen.open(context, "Cleo")
    await cleo.joins()
    await cleo.page.get_by_text("Live updates can’t get through here.").first.wait_for(timeout=40_000)
    assert "drops the Upgrade header" in stage.log("gunicorn-1")
    await context.close()


@pytest.mark.parametrize("front", ["haproxy", "alone"])
async def test_a_handshake_that_lost_its_upgrade_header_is_logged(stage: Stage, front: str) -> None:
    """A proxy in front of ours drops it."""

    url = f"https://localhost:{stage.ports[front]}"
    headers = {"Origin": url, "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{url}/messages/ws", headers=headers, ssl=stage.trust) as response,
    ):
        assert response.status == 400
    assert "drops the Upgrade header" in stage.log("gunicorn-1") + stage.log("gunicorn-2")
