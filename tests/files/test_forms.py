"""Without scripts: the forms that send a message take files, in one step."""

from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.files import fetches, has_uploaded, picture, stored_files, token_of
from tests.support.people import Answer, Person
from tests.support.servers import Serve


async def posts(
    person: Person, path: str, *files: tuple[str, bytes], token: str = "", behind: str = "", **fields: Any
) -> Answer:
    """Sends a form with files: the fields in their order, then the files, then the field `behind`."""
    form = aiohttp.FormData(default_to_multipart=True)
    given = {"csrf_token": token or await token_of(person), **fields}
    last = given.pop(behind, "")
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            form.add_field(name, one)
    for name, content in files or [("", b"")]:
        form.add_field("file", content, filename=name, content_type="application/octet-stream")
    if behind:
        form.add_field(behind, last)
    async with person.http.post(path, data=form, allow_redirects=False) as answer:
        return Answer(answer.status, answer.headers, await answer.text())


async def test_a_form_sends_its_files_with_its_text_once(ana: Person, ben: Person, config: Config) -> None:
    chat = await ana.writes_to(ben)
    fields = {"message": "Look", "client_id": str(uuid4())}
    for _ in ("once", "again"):
        answer = await posts(ana, f"/messages/chat/{chat}/", ("a.jpg", picture()), ("b.txt", b"notes"), **fields)
        assert (answer.status, answer.location) == (303, f"/messages/chat/{chat}/")
    _, message = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["text"], [file["name"] for file in message["files"]]) == ("Look", ["a.jpg", "b.txt"])
    assert await fetches(ben, message["files"][1]["id"]) == (200, b"notes")
    assert execute(str(config.database_url), "select count(*) from files") == [(2,)]
    assert len(stored_files(config)) == 3


async def test_a_form_sent_again_is_answered_although_its_files_find_no_room_any_more(serve: Serve) -> None:
    url = await serve(file_quota=150_000)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        forms: list[tuple[Person, str, dict[str, Any]]] = [
            (ana, f"/messages/chat/{await ana.writes_to(ben)}/", {}),
            (ben, "/messages/send_message/", {"recipient_name": "Cleo"}),
            (cleo, "/messages/group/", {"people": ["Ana", "Ben"]}),
        ]
        for sender, path, fields in forms:
            form, file = {**fields, "client_id": str(uuid4())}, ("a.txt", b"x" * 100_000)
            first, again = await posts(sender, path, file, **form), await posts(sender, path, file, **form)
            assert (first.status, again.status, again.location) == (303, 303, first.location)
            another = await posts(sender, path, file, **form | {"client_id": str(uuid4())})
            assert (another.status, "no room" in another.text) == (507, True)
            *_, message = (await sender.json(f"/messages/chat/{first.location.split('/')[3]}/history"))["messages"]
            assert await fetches(sender, message["files"][0]["id"]) == (200, file[1])


async def test_the_other_forms_take_files_too_without_a_text(ana: Person, ben: Person, cleo: Person) -> None:
    before = await has_uploaded(ana, b"uploaded before", "a.txt")
    answer = await posts(
        ana, "/messages/send_message/", ("b.txt", b"b"), recipient_name="Ben", client_id=str(uuid4()), files=[before]
    )
    chat = int(answer.location.split("/")[-2])
    (message,) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert [file["name"] for file in message["files"]] == ["a.txt", "b.txt"]
    answer = await posts(ana, "/messages/group/", ("c.txt", b"c"), people=["Ben", "Cleo"], client_id=str(uuid4()))
    (message,) = (await cleo.json(f"/messages/chat/{answer.location.split('/')[-2]}/history"))["messages"]
    assert [file["name"] for file in message["files"]] == ["c.txt"]


async def test_a_refused_form_keeps_the_text_and_stores_no_message(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    many = [(f"{number}.txt", b"x") for number in range(11)]
    for files, code, status in (
        ([("a.jpg", picture(size=(400, 300))[:-100])], "damaged", 400),
        ([("a.txt", b"")], "empty", 400),
        (many, "at most 10", 400),
    ):
        answer = await posts(ana, f"/messages/chat/{chat}/", *files, message="typed", client_id=str(uuid4()))
        assert (answer.status, code in answer.text, "typed" in answer.text) == (status, True, True)
    strange = await posts(ana, f"/messages/chat/{chat}/", message="typed", client_id=str(uuid4()), files=[str(uuid4())])
    assert (strange.status, "doesn’t exist" in strange.text) == (404, True)
    assert (await ana.json(f"/messages/chat/{chat}/history"))["last"] == 1


@pytest.mark.parametrize("behind", ["", "csrf_token"])
async def test_no_file_of_a_form_is_stored_that_our_page_did_not_send(
    ana: Person, ben: Person, config: Config, behind: str
) -> None:
    chat, fields = await ana.writes_to(ben), {"message": "typed", "client_id": str(uuid4())}
    answer = await posts(ana, f"/messages/chat/{chat}/", ("a.txt", b"x"), token="forged", behind=behind, **fields)
    assert (answer.status, "typed" in answer.text, "a.txt" in answer.text) == (403, True, False)
    assert stored_files(config) == []
    assert execute(str(config.database_url), "select count(*) from files") == [(0,)]


@pytest.mark.parametrize("behind", ["csrf_token", "message", "client_id"])
async def test_any_field_of_a_form_may_come_behind_its_files(ana: Person, ben: Person, behind: str) -> None:
    chat, fields = await ana.writes_to(ben), {"message": "Look", "client_id": str(uuid4())}
    answer = await posts(ana, f"/messages/chat/{chat}/", ("a.txt", b"x"), behind=behind, **fields)
    assert answer.status == 303
    *_, message = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["id"], message["text"]) == (fields["client_id"], "Look")
    assert [file["name"] for file in message["files"]] == ["a.txt"]


async def test_a_form_that_cannot_be_read_to_its_end_leaves_no_files(ana: Person, ben: Person, config: Config) -> None:
    chat, text = await ana.writes_to(ben), "x" * config.max_frame_bytes
    answer = await posts(ana, f"/messages/chat/{chat}/", ("a.txt", b"x"), message=text, behind="message")
    assert answer.status == 413
    assert stored_files(config) == []


async def test_forms_without_files_keep_their_limit(ana: Person, ben: Person, config: Config) -> None:
    chat = await ana.writes_to(ben)
    answer = await posts(
        ana, f"/messages/chat/{chat}/", message="x" * (config.max_frame_bytes + 1), client_id=str(uuid4())
    )
    assert answer.status == 413
    answer = await posts(ana, "/messages/theme/", ("a.txt", b"x" * config.max_frame_bytes), theme="dark")
    assert answer.status == 413
