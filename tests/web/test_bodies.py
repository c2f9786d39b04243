"""The body of a POST is stored as it was sent, or refused: invalid text is never replaced."""

import gzip
import json
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from markupsafe import escape

from chatserver.config.settings import Config
from chatserver.errors import ChatError
from chatserver.web.routes import ROUTES
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.files import fetches, has_uploaded
from tests.support.people import PASSWORD, Person
from tests.support.servers import API_KEY

NO_TEXT = ChatError("bad_text").sentence
SURROGATE, WINDOWS = b"\xed\xa0\x80", b"\xef\xf0\xe8"  # half of a surrogate pair; Russian in a legacy encoding
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
ACCOUNT = "/messages/account"
FORMS = {
    "/messages/sign-up/": ["username", "password"],
    "/messages/sign-in/": ["username", "password", "next"],
    "/messages/sign-out/": [],
    "/messages/language/": ["language", "next"],
    "/messages/theme/": ["theme", "next"],
    f"{ACCOUNT}/password/": ["current_password", "new_password"],
    f"{ACCOUNT}/sessions/": ["sessions_password", "end"],
    f"{ACCOUNT}/privacy/": ["online", "seen", "who_adds_me"],
    f"{ACCOUNT}/zone/": ["zone"],
    f"{ACCOUNT}/export/": [],
    f"{ACCOUNT}/delete/": ["delete_password"],
    "/messages/block/": ["user", "next"],
    "/messages/unblock/": ["user", "next"],
    "/messages/send_message/": ["recipient_name", "message", "client_id"],
    "/messages/group/": ["people", "recipient_name", "title", "history", "message", "client_id"],
    "/messages/group/<thread>/": ["title", "add", "history", "remove", "owner", "member", "leave"],
    "/messages/chat/<thread>/": ["message", "client_id", "reply"],
    "/messages/chat/<thread>/edit/": ["seq", "message", "base"],
    "/messages/chat/<thread>/delete/": ["seq"],
    "/messages/chat/<thread>/react/": ["seq", "emoji", "on"],
    "/messages/chat/<thread>/read/": ["seq"],
    "/messages/chat/<thread>/mute/": ["until"],
    "/messages/notifications/": ["preview", "end", "test"],
    "/messages/reset/<token>/": ["new_password"],
}
EVERYTHING = (
    "select (select json_agg(users order by id) from users), (select json_agg(messages) from messages), "
    "(select json_agg(participants) from participants), (select json_agg(changed_messages) from changed_messages), "
    "(select json_agg(reactions) from reactions), (select count(*) from blocks), (select count(*) from exports)"
)


def urlencoded(fields: dict[str, str], field: str, bad: bytes) -> bytes:
    escaped = "".join(f"%{byte:02X}" for byte in bad).encode()
    return urlencode({name: value for name, value in fields.items() if name != field}).encode() + (
        b"&%b=a%bb" % (field.encode(), escaped)
    )


def multipart(fields: dict[str, str], field: str, bad: bytes) -> bytes:
    values = {name: value.encode() for name, value in fields.items()} | {field: b"a%bb" % bad}
    head = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
    return b"".join(head % (name.encode(), value) for name, value in values.items()) + b"--x--\r\n"


KINDS = [(URLENCODED, urlencoded), (MULTIPART, multipart)]


@pytest.mark.parametrize("path", FORMS)
async def test_invalid_text_is_refused_in_every_field_of_every_form_without_effect(
    ana: Person, ben: Person, config: Config, path: str
) -> None:
    thread = await ana.writes_to(ben)
    _, output, _ = await chatserver(config, "user", "reset", "Ana")
    token = json.loads(output)["link"].rstrip("/").rpartition("/")[2]
    right = {
        "csrf_token": (await ana.get("/messages/")).field("csrf_token"), "client_id": str(uuid4()),
        **dict.fromkeys(("password", "current_password", "delete_password", "sessions_password"), PASSWORD),
        "new_password": "one for the road", "username": "Dora", "recipient_name": "Ben", "message": "Hello",
        "user": str(ben.id), "end": "others", "seq": "1", "online": "no", "seen": "no", "zone": "UTC",
        "base": "0", "emoji": "👍", "on": "yes", "reply": "1", "language": "ru", "theme": "dark", "next": "/messages/",
    }  # fmt: skip
    address = path.replace("<thread>", str(thread)).replace("<token>", token)
    before = execute(str(config.database_url), EVERYTHING)
    for field in ["csrf_token", *FORMS[path]]:
        for kind, body in [(kind, body(right, field, bad)) for kind, body in KINDS for bad in (SURROGATE, WINDOWS)]:
            async with ana.http.post(
                address, data=body, headers={"Content-Type": kind}, allow_redirects=False
            ) as response:
                assert (body, response.status) == (body, 400)
                assert escape(NO_TEXT) in await response.text()
    assert execute(str(config.database_url), EVERYTHING) == before
    assert (await ana.get("/messages/session")).status == 200


def test_every_form_is_tried() -> None:
    posts = {route.path.format(thread="<thread>", token="<token>") for route in ROUTES if route.method == "POST"}
    # A token is no text, and of links in mails only the address counts: see tests/sso and tests/courier.
    mails = {f"/messages/notifications/{link}/<token>/" for link in ("off", "confirm")}
    assert posts - {"/messages/sso/", *mails} == FORMS.keys()


async def test_a_form_is_read_in_the_charset_that_it_names(ana: Person, ben: Person) -> None:
    fields = {"csrf_token": (await ana.get("/messages/")).field("csrf_token"), "recipient_name": "Ben"}
    body = urlencode(fields | {"message": "при\ufffd".encode("cp1251", "ignore"), "client_id": str(uuid4())}).encode()
    headers = {"Content-Type": f"{URLENCODED}; charset=windows-1251"}
    async with ana.http.post("/messages/send_message/", data=body, headers=headers, allow_redirects=False) as response:
        chat = response.headers["Location"]
    assert (await ana.json(f"{chat}history"))["messages"][0]["text"] == "при"


async def test_a_replacement_character_that_was_sent_is_stored(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "a\ufffdb")
    assert (await ana.json(f"/messages/chat/{thread}/history"))["messages"][0]["text"] == "a\ufffdb"


class Program:
    """Another program, which sends messages in Ana's name."""

    def __init__(self, ana: Person, thread: int) -> None:
        self._ana = ana
        self._path = f"/messages/send_message_api/{thread}/"
        self.fields = {"api_key": API_KEY, "sender_id": str(ana.id), "message": "Hello"}

    async def sends(self, body: bytes, kind: str | None) -> str:
        """Returns the code of the answer, or `ok`."""
        headers = {"Content-Type": kind} if kind else {}
        async with self._ana.http.post(
            self._path, data=body, headers=headers, skip_auto_headers={"Content-Type"}
        ) as response:
            answer = await response.json()
            assert (response.status == 200) is ("status" in answer)
            return str(answer.get("status") or answer["code"])


@pytest.fixture
async def program(ana: Person, ben: Person) -> Program:
    return Program(ana, await ana.writes_to(ben))


@pytest.mark.parametrize("bad", [SURROGATE, WINDOWS], ids=["surrogate", "windows-1251"])
@pytest.mark.parametrize("field", ["api_key", "sender_id", "message", "client_id"])
async def test_invalid_text_is_refused_in_every_field_of_a_programs_form(
    program: Program, config: Config, field: str, bad: bytes
) -> None:
    assert await program.sends(urlencoded(program.fields, field, bad), URLENCODED) == "bad_text"
    assert await program.sends(multipart(program.fields, field, bad), MULTIPART) == "bad_text"
    assert execute(str(config.database_url), "select count(*) from messages") == [(1,)]


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        *(("message", text, "bad_text") for text in (b"\\ud800", b"\\udfff a", b"\\ude00\\ud83d", SURROGATE)),
        ("client_id", b"\\ud800", "bad_frame"), ("sender_id", b"\\ud800", "no_such_user"),
        ("api_key", b"\\ud800", "wrong_key"),
        *((field, WINDOWS, "bad_frame") for field in ("message", "client_id", "sender_id", "api_key")),
    ],
)  # fmt: skip
async def test_invalid_text_is_refused_in_json(
    program: Program, config: Config, field: str, text: bytes, code: str
) -> None:
    body = json.dumps(program.fields | {field: "TEXT"}).encode().replace(b"TEXT", text)
    assert await program.sends(body, "application/json") == code
    assert execute(str(config.database_url), "select count(*) from messages") == [(1,)]


@pytest.mark.parametrize(
    "kind",
    [
        "application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.example.v1+json",
        "application/ld+json",
    ],
)  # fmt: skip
async def test_all_content_types_of_json_are_accepted(program: Program, kind: str) -> None:
    assert await program.sends(json.dumps(program.fields).encode(), kind) == "ok"


@pytest.mark.parametrize("kind", ["text/plain", "text/json", "application/xml", "application/octet-stream", "x", None])
async def test_other_content_types_than_forms_and_json_are_refused(program: Program, kind: str | None) -> None:
    for body in (json.dumps(program.fields).encode(), urlencode(program.fields).encode()):
        assert await program.sends(body, kind) == "bad_frame"


async def test_an_empty_body_is_an_empty_form(program: Program) -> None:
    assert await program.sends(b"", None) == "wrong_key"


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/vnd.example.v1+json"])
async def test_pages_accept_only_forms(ana: Person, kind: str) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    body = urlencode({"csrf_token": token, "language": "ru"}).encode()
    async with ana.http.post("/messages/language/", data=body, headers={"Content-Type": kind}) as response:
        assert response.status == 400
        assert escape(ChatError("bad_frame").sentence) in await response.text()


async def test_a_body_is_taken_as_it_comes_and_never_expanded(ana: Person) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    packed = gzip.compress(urlencode({"csrf_token": token, "language": "ru"}).encode())
    headers = {"Content-Type": URLENCODED, "Content-Encoding": "gzip"}
    async with ana.http.post("/messages/language/", data=packed, headers=headers, allow_redirects=False) as response:
        assert response.status == 400
    id = await has_uploaded(ana, packed, Content_Encoding="gzip")
    assert await fetches(ana, id) == (200, packed)


async def test_the_first_of_two_fields_with_one_name_counts(program: Program, ana: Person) -> None:
    first = urlencode(program.fields).encode()
    assert await program.sends(first + b"&message=again&sender_id=0", URLENCODED) == "ok"
