"""Every route, as nobody, a stranger, who was removed and a participant; and the headers on every answer."""

import json
from uuid import uuid4

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.web.routes import ROUTES
from tests.support.commands import chatserver, thread
from tests.support.people import PASSWORD, Answer, Person
from tests.support.servers import API_KEY

# (method, path): status for who is not signed in, a stranger, who was removed, a participant; <t> is the thread
TABLE = {
    ("GET", "/"): (303, 303, 303, 303),
    ("GET", "/messages"): (303, 303, 303, 303),
    ("GET", "/messages/"): (303, 200, 200, 200),
    ("GET", "/messages/sign-up"): (303, 303, 303, 303),
    ("GET", "/messages/sign-up/"): (200, 200, 200, 200),
    ("POST", "/messages/sign-up/"): (400, 400, 400, 400),
    ("GET", "/messages/sign-in"): (303, 303, 303, 303),
    ("GET", "/messages/sign-in/"): (200, 200, 200, 200),
    ("POST", "/messages/sign-in/"): (403, 403, 403, 403),
    ("GET", "/messages/reset/<token>"): (303, 303, 303, 303),
    ("GET", "/messages/reset/<token>/"): (404, 404, 404, 404),
    ("POST", "/messages/reset/<token>/"): (404, 404, 404, 404),
    ("POST", "/messages/language/"): (400, 400, 400, 400),
    ("POST", "/messages/theme/"): (400, 400, 400, 400),
    ("GET", "/messages/account"): (303, 303, 303, 303),
    ("GET", "/messages/account/"): (303, 200, 200, 200),
    ("POST", "/messages/account/password/"): (303, 403, 403, 403),
    ("POST", "/messages/account/sessions/"): (303, 403, 403, 403),
    ("POST", "/messages/account/privacy/"): (303, 303, 303, 303),
    ("POST", "/messages/account/zone/"): (303, 303, 303, 303),
    ("POST", "/messages/account/delete/"): (303, 403, 403, 403),
    ("GET", "/messages/account/export"): (401, 200, 200, 200),
    ("GET", "/messages/account/data.zip"): (303, 404, 404, 404),
    ("POST", "/messages/account/export/"): (303, 303, 303, 303),
    ("POST", "/messages/block/"): (303, 404, 404, 404),
    ("POST", "/messages/unblock/"): (303, 404, 404, 404),
    ("POST", "/messages/send_message/"): (303, 400, 400, 400),
    ("GET", "/messages/chat/<t>"): (303, 303, 303, 303),
    ("GET", "/messages/chat/<t>/"): (303, 404, 404, 200),
    ("POST", "/messages/chat/<t>/"): (303, 404, 404, 400),
    ("POST", "/messages/chat/<t>/read/"): (303, 404, 404, 303),
    ("POST", "/messages/chat/<t>/edit/"): (303, 404, 404, 400),
    ("POST", "/messages/chat/<t>/delete/"): (303, 404, 404, 404),
    ("POST", "/messages/chat/<t>/react/"): (303, 404, 404, 303),
    ("GET", "/messages/chat/<t>/history"): (401, 404, 404, 200),
    ("GET", "/messages/people"): (401, 200, 200, 200),
    ("*", "/messages/send_message_api/<t>/"): (403, 403, 403, 403),
    ("GET", "/messages/session"): (401, 200, 200, 200),
    ("GET", "/messages/ws"): (403, 403, 403, 403),
    ("GET", "/healthz"): (200, 200, 200, 200),
    ("GET", "/readyz"): (200, 200, 200, 200),
    ("POST", "/messages/sign-out/"): (303, 303, 303, 303),
}


def test_no_route_is_missing_from_the_table() -> None:
    paths = {(route.method, route.path.replace("{thread}", "<t>").replace("{token}", "<token>")) for route in ROUTES}
    assert paths == TABLE.keys()


async def test_each_route_answers_everybody_as_it_should(url: URL, config: Config) -> None:
    async with (
        Person(url, "Nobody") as nobody,
        Person(url, "Cleo") as stranger,
        Person(url, "Dora") as removed,
        Person(url, "Ben") as participant,
    ):
        for person in (stranger, removed, participant):
            await person.sign_up()
        async with Person(url, "Ana") as ana:
            await ana.sign_up()
            group = await thread(config, "create", "Ana", "Ben", "Dora")
            socket = await ana.socket()
            await socket.sends(group["id"])
            await socket.receives("sent")
        await thread(config, "remove", str(group["id"]), "Dora")
        people = (nobody, stranger, removed, participant)
        answered = {
            route: tuple([await status_of(person, *route, group["id"]) for person in people]) for route in TABLE
        }
    assert answered == TABLE


@pytest.mark.parametrize(
    ("forged", "headers"),
    [
        ({"csrf_token": ""}, {}),
        ({"csrf_token": "another"}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Sec-Fetch-Site": "same-site"}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
    ],
)
async def test_a_form_that_none_of_our_pages_sent_is_obeyed_nowhere(
    ana: Person, ben: Person, config: Config, forged: dict[str, str], headers: dict[str, str]
) -> None:
    chat = await ana.writes_to(ben)
    _, output, _ = await chatserver(config, "user", "reset", "Ana")
    link = json.loads(output)["link"].rstrip("/").rpartition("/")[2]
    fields = {
        "csrf_token": (await ana.get("/messages/")).field("csrf_token"), "client_id": str(uuid4()),
        **dict.fromkeys(("password", "current_password", "delete_password", "sessions_password"), PASSWORD),
        "new_password": "one for the road", "username": "Dora", "recipient_name": "Ben", "message": "Hello",
        "user": str(ben.id), "end": "others", "seq": "1", "online": "no", "seen": "no", "zone": "UTC",
        "language": "ru", "theme": "dark",
    }  # fmt: skip
    paths = [path.replace("<t>", str(chat)).replace("<token>", link) for method, path in TABLE if method == "POST"]
    answers = {path: await ana.post_raw(path, fields | forged, headers=headers) for path in paths}
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(paths, 403)
    assert (await ana.get("/messages/session")).status == 200


async def status_of(person: Person, method: str, path: str, thread: int) -> int:
    address = path.replace("<t>", str(thread)).replace("<token>", "nobodys")
    if method == "GET":
        return (await person.get(address)).status
    token = (await person.get("/messages/sign-in/")).field("csrf_token")
    return (
        await person.post_raw(address, {"csrf_token": token, "seq": "1", "message": " ", "emoji": "👍", "on": "yes"})
    ).status


@pytest.mark.parametrize(
    "path",
    [
        "/messages/chat/<t>/",
        "/messages/chat/<t>/?at=1",
        "/messages/chat/<t>/?edit=1",
        "/messages/chat/<t>/?reply=1",
        "/messages/chat/<t>/?on=2020-01-01",
    ]
    + [f"/messages/chat/<t>/history{query}" for query in ("", "?before=2", "?after=0")],
)
async def test_a_stranger_is_answered_as_if_there_were_nothing(
    ana: Person, ben: Person, cleo: Person, path: str
) -> None:
    thread = await ana.writes_to(ben)
    there = await cleo.get(path.replace("<t>", str(thread)))
    nowhere = await cleo.get(path.replace("<t>", str(thread + 1)))
    assert there.status == nowhere.status == 404
    assert same(there).replace(f"/chat/{thread}/", f"/chat/{thread + 1}/") == same(nowhere)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/messages/chat/<t>/", {"message": "Hello"}),
        ("/messages/chat/<t>/", {"message": " "}),
        ("/messages/chat/<t>/read/", {"seq": "1"}),
        ("/messages/chat/<t>/edit/", {"seq": "1", "base": "0", "message": "Hello"}),
        ("/messages/chat/<t>/delete/", {"seq": "1"}),
        ("/messages/chat/<t>/react/", {"seq": "1", "emoji": "👍", "on": "yes"}),
        ("/messages/send_message_api/<t>/", {"api_key": API_KEY, "sender_id": "Cleo", "message": "Hello"}),
    ],
)
async def test_a_strangers_form_is_answered_as_if_there_were_nothing(
    ana: Person, ben: Person, cleo: Person, path: str, fields: dict[str, str]
) -> None:
    thread = await ana.writes_to(ben)
    fields["csrf_token"] = (await cleo.get("/messages/")).field("csrf_token")
    fields["client_id"] = str(uuid4())
    there = await cleo.post_raw(path.replace("<t>", str(thread)), fields)
    nowhere = await cleo.post_raw(path.replace("<t>", str(thread + 1)), fields)
    assert there.status == nowhere.status == 404
    assert same(there).replace(f"/chat/{thread}/", f"/chat/{thread + 1}/") == same(nowhere)


def same(answer: Answer) -> str:
    """Where an answer leads and what it shows, but for the token, which is another one each time."""
    token = answer.field("csrf_token") if "csrf_token" in answer.text else ""
    location: str = answer.headers.get("Location", "")
    return location + (answer.text.replace(token, "") if token else answer.text)


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
async def test_every_answer_carries_the_headers_that_protect(url: URL, method: str, path: str, status: int) -> None:
    async with Person(url, "Nobody") as nobody, nobody.http.request(method, path, allow_redirects=False) as answer:
        assert answer.status == status
        headers = answer.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


async def test_static_files_are_kept_for_good_under_their_hash_and_not_at_all_under_an_old_one(ana: Person) -> None:
    page = await ana.get("/messages/sign-in/")
    style = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    fresh, old = await ana.get(style), await ana.get("/messages/static/0000/css/all.css")
    assert fresh.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert fresh.headers["Content-Type"] == "text/css; charset=utf-8"
    assert (old.status, old.headers["Cache-Control"]) == (200, "no-cache")
    for path in ("../chatserver/config.py", "%2e%2e/setup.cfg", "css/", "css/nothing.css", ".git/config"):
        assert (await ana.get(URL(f"/messages/static/0000/{path}", encoded=True))).status == 404
