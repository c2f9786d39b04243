"""The headers of answers."""

import pytest
from yarl import URL

from tests.support.people import Person


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 303),
        ("GET", "/messages/", 303),
        ("GET", "/messages/sign-in/", 200),
        ("HEAD", "/messages/sign-in/", 200),
        ("GET", "/messages/session", 401),
        ("GET", "/messages/ws", 403),
        ("GET", "/nowhere", 404),
        ("GET", "/healthz", 200),
        ("POST", "/messages/sign-in/", 403),
        ("POST", "/messages/send_message_api/1/", 403),
        ("GET", "/messages/send_message_api/1/", 405),
        ("TRACE", "/messages/", 405),
    ],
)
async def test_every_answer_has_the_security_headers(url: URL, method: str, path: str, status: int) -> None:
    async with Person(url, "Nobody") as nobody, nobody.http.request(method, path, allow_redirects=False) as answer:
        assert answer.status == status
        headers = answer.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


async def test_static_files_are_cached_for_ever_under_their_hash_and_missing_under_an_old_one(ana: Person) -> None:
    page = await ana.get("/messages/sign-in/")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    fresh, old = await ana.get(style), await ana.get("/messages/static/0000/css/all.css")
    assert fresh.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert fresh.headers["Content-Type"] == "text/css; charset=utf-8"
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
    for path in ("../chatserver/config.py", "%2e%2e/setup.cfg", "css/", "css/nothing.css", ".git/config"):
        assert (await ana.get(URL(f"/messages/static/0000/{path}", encoded=True))).status == 404
