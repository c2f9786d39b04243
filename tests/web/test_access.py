"""Every route, requested by each role."""

import json
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.web.routes import ROUTES
from tests.support.commands import chatserver, thread
from tests.support.grouping import changes_group, group_of
from tests.support.people import PASSWORD, Answer, Person
from tests.support.servers import API_KEY, Serve

# (method, path): status for a visitor, a stranger, a removed user, a newcomer who sees nothing from before, a
# participant, a blocked user and an author; <t> is the thread, for the blocked user a pair. Deletion comes last.
TABLE = {
    ("GET", "/"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/"): (303, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/sign-up"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/sign-up/"): (200, 200, 200, 200, 200, 200, 200),
    ("POST", "/messages/sign-up/"): (400, 400, 400, 400, 400, 400, 400),
    ("GET", "/messages/sign-in"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/sign-in/"): (200, 200, 200, 200, 200, 200, 200),
    ("POST", "/messages/sign-in/"): (403, 403, 403, 403, 403, 403, 403),
    ("GET", "/messages/signed-out"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/signed-out/"): (200, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/sso/start"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/sso/"): (403, 403, 403, 403, 403, 403, 403),
    ("GET", "/messages/reset/<token>"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/reset/<token>/"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/reset/<token>/"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/language/"): (400, 400, 400, 400, 400, 400, 400),
    ("POST", "/messages/theme/"): (400, 400, 400, 400, 400, 400, 400),
    ("GET", "/messages/account"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/account/"): (303, 200, 200, 200, 200, 200, 200),
    ("POST", "/messages/account/password/"): (303, 403, 403, 403, 403, 403, 403),
    ("POST", "/messages/account/sessions/"): (303, 403, 403, 403, 403, 403, 403),
    ("POST", "/messages/account/privacy/"): (303, 303, 303, 303, 303, 303, 303),
    ("POST", "/messages/account/zone/"): (303, 303, 303, 303, 303, 303, 303),
    ("POST", "/messages/account/delete/"): (303, 403, 403, 403, 403, 403, 403),
    ("GET", "/messages/account/export"): (401, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/account/data.zip"): (303, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/account/export/"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/notifications"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/notifications/"): (303, 200, 200, 200, 200, 200, 200),
    ("POST", "/messages/notifications/"): (303, 400, 400, 400, 400, 400, 400),
    ("GET", "/messages/notifications/off/<token>"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/notifications/off/<token>/"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/notifications/off/<token>/"): (404, 404, 404, 404, 404, 404, 404),
    ("GET", "/messages/notifications/confirm/<token>"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/notifications/confirm/<token>/"): (303, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/notifications/confirm/<token>/"): (303, 404, 404, 404, 404, 404, 404),
    ("GET", "/messages/push"): (401, 200, 200, 200, 200, 200, 200),
    ("PUT", "/messages/push"): (401, 400, 400, 400, 400, 400, 400),
    ("DELETE", "/messages/push"): (401, 204, 204, 204, 204, 204, 204),
    ("GET", "/messages/manifest.webmanifest"): (200, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/sw.js"): (200, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/offline/{language}/"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/block/"): (303, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/unblock/"): (303, 404, 404, 404, 404, 404, 404),
    ("GET", "/messages/to/{sub}"): (404, 404, 404, 404, 404, 404, 404),
    ("POST", "/messages/send_message/"): (303, 400, 400, 400, 400, 400, 400),
    ("POST", "/messages/group/"): (303, 400, 400, 400, 400, 400, 400),
    ("GET", "/messages/group/<t>"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/group/<t>/"): (303, 404, 404, 200, 200, 404, 200),
    ("POST", "/messages/group/<t>/"): (303, 404, 404, 400, 400, 404, 400),
    ("GET", "/messages/chat/<t>"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/chat/<t>/"): (303, 404, 404, 200, 200, 200, 200),
    ("POST", "/messages/chat/<t>/"): (303, 404, 404, 303, 303, 403, 303),
    ("POST", "/messages/chat/<t>/read/"): (303, 404, 404, 303, 303, 303, 303),
    ("POST", "/messages/chat/<t>/mute/"): (303, 404, 404, 303, 303, 303, 303),
    ("POST", "/messages/chat/<t>/edit/"): (303, 404, 404, 404, 404, 403, 303),
    ("POST", "/messages/chat/<t>/react/"): (303, 404, 404, 404, 303, 403, 303),
    ("POST", "/messages/chat/<t>/delete/"): (303, 404, 404, 404, 404, 303, 303),
    ("GET", "/messages/chat/<t>/history"): (401, 404, 404, 200, 200, 200, 200),
    ("PUT", "/messages/files/{file}"): (401, 404, 404, 404, 404, 404, 404),
    ("GET", "/messages/files/{file}"): (303, 404, 404, 404, 404, 404, 404),
    ("DELETE", "/messages/files/{file}"): (401, 404, 404, 404, 404, 404, 404),
    ("GET", "/messages/search"): (303, 303, 303, 303, 303, 303, 303),
    ("GET", "/messages/search/"): (303, 200, 200, 200, 200, 200, 200),
    ("GET", "/messages/people"): (401, 200, 200, 200, 200, 200, 200),
    ("*", "/messages/send_message_api/<t>/"): (403, 403, 403, 403, 403, 403, 403),
    **{("GET", f"/messages/{path}"): (401, *(200,) * 6) for path in ("session", "unread")},
    **{("GET", f"/messages/embed{path}"): (404,) * 7 for path in (".js", "/", "/count")},
    ("GET", "/messages/ws"): (403, 403, 403, 403, 403, 403, 403),
    **{("GET", path): (200,) * 7 for path in ("/healthz", "/readyz")},
    ("POST", "/messages/sign-out/"): (303, 303, 303, 303, 303, 303, 303),
}
LINKS_OF_MAILS = ("/messages/notifications/off/", "/messages/notifications/confirm/")


def test_no_route_is_missing_from_the_table() -> None:
    paths = {(route.method, route.path.replace("{thread}", "<t>").replace("{token}", "<token>")) for route in ROUTES}
    assert paths == TABLE.keys()


async def test_each_route_answers_each_role_with_its_status(serve: Serve, config: Config) -> None:
    names = ("Nobody", "Cleo", "Dora", "Fay", "Ben", "Emil", "Ana")
    url = await serve(sign_in_tries=len(names))
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Person(url, name)) for name in names]
        for person in people[1:]:
            await person.sign_up()
        *_, blocked, author = people
        group = (await thread(config, "create", "Ana", "Ben", "Dora"))["id"]
        socket = await author.socket()
        await socket.sends(group, "to be changed")
        await socket.receives("sent")
        await thread(config, "remove", str(group), "Dora")
        for field in ({"history": "joined"}, {"add": "Fay"}):
            assert (await changes_group(author, group, **field)).status == 303
        pair = await blocked.writes_to(author, "to be changed")
        await author.post("/messages/block/", page="/messages/", user=str(blocked.id), next="/messages/")
        threads = [pair if person is blocked else group for person in people]
        answered = {
            route: tuple([await status_of(person, *route, chat) for person, chat in zip(people, threads, strict=True)])
            for route in TABLE
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
async def test_no_route_accepts_a_form_that_our_pages_did_not_send(
    ana: Person, ben: Person, config: Config, forged: dict[str, str], headers: dict[str, str]
) -> None:
    chat, group = await ana.writes_to(ben), await group_of(ana, "Ben", title="Trip")
    _, output, _ = await chatserver(config, "user", "reset", "Ana")
    link = json.loads(output)["link"].rstrip("/").rpartition("/")[2]
    fields = {
        "csrf_token": (await ana.get("/messages/")).field("csrf_token"), "client_id": str(uuid4()),
        **dict.fromkeys(("password", "current_password", "delete_password", "sessions_password"), PASSWORD),
        "new_password": "one for the road", "username": "Dora", "recipient_name": "Ben", "message": "Hello",
        "user": str(ben.id), "end": "others", "seq": "1", "online": "no", "seen": "no", "zone": "UTC",
        "language": "ru", "theme": "dark", "title": "Tour",
    }  # fmt: skip
    # The links of mails are secrets: a mail program ends mails by one without any token.
    of_pages = [path for method, path in TABLE if method == "POST" and not path.startswith(LINKS_OF_MAILS)]
    posted = [path.replace("/group/<t>", f"/group/{group}") for path in of_pages]
    paths = [path.replace("<t>", str(chat)).replace("<token>", link) for path in posted]
    answers = {path: await ana.post_raw(path, fields | forged, headers=headers) for path in paths}
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(paths, 403)
    assert (await ana.get("/messages/session")).status == 200


async def status_of(person: Person, method: str, path: str, thread: int) -> int:
    address = path.replace("<t>", str(thread)).replace("<token>", "nobodys").replace("{file}", "nothing")
    if method == "GET":
        return (await person.get(address)).status
    token = (await person.get("/messages/sign-in/")).field("csrf_token")
    fields = {"csrf_token": token, "seq": "1", "base": "0", "message": "Hello", "emoji": "👍", "on": "yes"} | {
        "until": "8h"
    }
    verb, headers = method.replace("*", "POST"), {"X-CSRF-Token": token}
    async with person.http.request(verb, address, data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status


@pytest.mark.parametrize(
    "path",
    [
        "/messages/chat/<t>/",
        "/messages/chat/<t>/?at=1",
        "/messages/chat/<t>/?edit=1",
        "/messages/chat/<t>/?reply=1",
        "/messages/chat/<t>/?on=2020-01-01",
        "/messages/group/<t>/",
    ]
    + [f"/messages/chat/<t>/history{query}" for query in ("", "?before=2", "?after=0")],
)
async def test_a_stranger_gets_the_same_answer_as_for_a_missing_thread(
    ana: Person, ben: Person, cleo: Person, path: str
) -> None:
    thread = await group_of(ana, "Ben", title="Trip", message="Hello")
    there = await cleo.get(path.replace("<t>", str(thread)))
    nowhere = await cleo.get(path.replace("<t>", str(thread + 1)))
    assert there.status == nowhere.status == 404
    assert same(there).replace(f"/{thread}/", f"/{thread + 1}/") == same(nowhere)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/messages/chat/<t>/", {"message": "Hello"}),
        ("/messages/chat/<t>/", {"message": " "}),
        ("/messages/chat/<t>/", {"message": "Hello", "reply": "1"}),
        ("/messages/chat/<t>/", {"message": "Hello", "reply": "x"}),
        ("/messages/chat/<t>/read/", {"seq": "1"}),
        ("/messages/chat/<t>/mute/", {"until": "1h"}),
        ("/messages/chat/<t>/mute/", {"until": "2h"}),
        ("/messages/chat/<t>/edit/", {"seq": "1", "base": "0", "message": "Hello"}),
        ("/messages/chat/<t>/edit/", {"seq": "x", "base": "0", "message": "Hello"}),
        ("/messages/chat/<t>/delete/", {"seq": "1"}),
        ("/messages/chat/<t>/react/", {"seq": "1", "emoji": "👍", "on": "yes"}),
        ("/messages/chat/<t>/react/", {"seq": "1", "emoji": "a", "on": "maybe"}),
        ("/messages/group/<t>/", {"add": "Cleo"}),
        ("/messages/group/<t>/", {"leave": "yes"}),
        ("/messages/send_message_api/<t>/", {"api_key": API_KEY, "sender_id": "Cleo", "message": "Hello"}),
    ],
)
async def test_a_strangers_form_gets_the_same_answer_as_for_a_missing_thread(
    ana: Person, ben: Person, cleo: Person, path: str, fields: dict[str, str]
) -> None:
    thread = await group_of(ana, "Ben", title="Trip", message="Hello")
    fields["csrf_token"] = (await cleo.get("/messages/")).field("csrf_token")
    fields["client_id"] = str(uuid4())
    there = await cleo.post_raw(path.replace("<t>", str(thread)), fields)
    nowhere = await cleo.post_raw(path.replace("<t>", str(thread + 1)), fields)
    assert there.status == nowhere.status == 404
    assert same(there).replace(f"/{thread}/", f"/{thread + 1}/") == same(nowhere)


def same(answer: Answer) -> str:
    """Returns where an answer leads and what it shows, without the token, which differs each time."""
    token = answer.field("csrf_token") if "csrf_token" in answer.text else ""
    location: str = answer.headers.get("Location", "")
    return location + (answer.text.replace(token, "") if token else answer.text)
