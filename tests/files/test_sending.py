"""Files are uploaded first and then sent with a message, in its transaction."""

import asyncio
from contextlib import closing
from uuid import uuid4

import psycopg2

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.files import discards, fetches, has_uploaded, picture, sends, stored_files, uploads
from tests.support.people import PATIENCE, Person


async def test_ana_sends_a_picture_and_a_file_which_ben_sees_everywhere(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    reader = await ben.socket()
    status, shown = await uploads(ana, picture("JPEG", (1200, 800)), "Holiday.JPG", "image/jpeg")
    assert status == 201
    assert shown | {"bytes": 0} == {
        "id": shown["id"], "name": "Holiday.JPG", "type": "image/webp", "bytes": 0, "width": 1200, "height": 800,
        "animated": False,
    }  # fmt: skip
    notes = await has_uploaded(ana, b"milk, bread", "Заметки.txt")
    assert (await sends(ana, chat, shown["id"], notes))["seq"] == 2
    frame = await reader.receives("message", seq=2)
    saved = {"id": notes, "name": "Заметки.txt", "type": "text/plain", "bytes": 11}
    assert (frame["text"], frame["files"]) == ("", [shown, saved])
    history = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert [message.get("files") for message in history] == [None, [shown, saved]]
    await reader.says("open", thread=chat, after=1)
    assert (await reader.receives("message"))["files"] == [shown, saved]
    assert await fetches(ben, notes) == (200, b"milk, bread")
    assert len((await fetches(ben, shown["id"]))[1]) == shown["bytes"]


async def test_a_message_with_files_is_answered_once_however_often_it_is_sent(ana: Person, ben: Person) -> None:
    chat, id = await ana.writes_to(ben), str(uuid4())
    file = await has_uploaded(ana, b"one")
    first = await sends(ana, chat, file, id=id)
    assert await sends(ana, chat, file, id=id) == first
    assert await sends(ana, chat, str(uuid4()), id=id) == first  # its files are not compared
    again = await sends(ana, chat, file)
    assert (again["type"], again["code"]) == ("error", "no_such_file")
    assert (await ben.json(f"/messages/chat/{chat}/history"))["last"] == 2


async def test_one_file_sent_twice_at_once_is_in_one_message(ana: Person, ben: Person, cleo: Person) -> None:
    chats = [await ana.writes_to(ben), await ana.writes_to(cleo)] * 4
    file = await has_uploaded(ana, b"one")
    answers = await asyncio.gather(*(sends(ana, chat, file) for chat in chats))
    assert sorted(answer["type"] for answer in answers) == ["error"] * 7 + ["sent"]
    frames = [
        message for chat in chats[:2] for message in (await ana.json(f"/messages/chat/{chat}/history"))["messages"]
    ]
    assert sum("files" in frame for frame in frames) == 1
    assert len(frames) == 3


async def test_a_file_that_another_server_is_sending_is_waited_for(ana: Person, ben: Person, config: Config) -> None:
    chat, file = await ana.writes_to(ben), await has_uploaded(ana, b"one")
    url = str(config.database_url)
    with closing(psycopg2.connect(url)) as other, other.cursor() as cursor:
        cursor.execute("update files set thread_id = %s, seq = 1 where id = %s", [chat, file])
        answer = asyncio.create_task(sends(ana, chat, file))
        async with asyncio.timeout(PATIENCE):
            while not execute(url, "select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
                await asyncio.sleep(0.02)
        other.commit()
    assert (await answer)["code"] == "no_such_file"


async def test_only_ones_own_files_that_are_there_are_sent_and_else_no_number_is_taken(
    ana: Person, ben: Person
) -> None:
    chat = await ana.writes_to(ben)
    own, bens = await has_uploaded(ana, b"mine"), await has_uploaded(ben, b"Ben's")
    for files, code in (
        ((own, bens), "no_such_file"),
        ((own, str(uuid4())), "no_such_file"),
        ((own, own), "bad_frame"),
        (("passwd",), "bad_frame"),
        (tuple(str(uuid4()) for _ in range(11)), "too_many_files"),
        ((), "no_text"),
    ):
        answer = await sends(ana, chat, *files)
        assert (answer["type"], answer["code"]) == ("error", code)
    assert (await sends(ana, chat, own, text="caption"))["seq"] == 2


async def test_a_caption_can_be_taken_away_but_not_the_text_of_a_message_without_files(
    ana: Person, ben: Person
) -> None:
    chat = await ana.writes_to(ben)
    await sends(ana, chat, await has_uploaded(ana, b"one"), text="caption")
    socket = await ana.socket()
    await socket.edits(chat, 2, " ")
    assert (await socket.receives("done"))["change"] == 1
    await socket.edits(chat, 1, "")
    assert (await socket.receives("error"))["code"] == "no_text"
    (_, message) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["text"], "deleted" in message, len(message["files"])) == ("", False, 1)
    page = await ben.get(f"/messages/chat/{chat}/")
    assert "deleted" not in page.text.partition('data-seq="2"')[0].rpartition("<li")[2]


async def test_a_deleted_message_takes_its_files_along(ana: Person, ben: Person, config: Config) -> None:
    chat = await ana.writes_to(ben)
    file = await has_uploaded(ana, b"one")
    await sends(ana, chat, file)
    socket = await ana.socket()
    await socket.deletes(chat, 2)
    await socket.receives("done")
    assert (await fetches(ben, file))[0] == (await fetches(ana, file))[0] == 404
    (_, message) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["text"], "files" in message, "deleted" in message) == ("", False, True)
    status, answer = await uploads(ana, b"another", id=file)
    assert (status, answer["code"]) == (409, "duplicate_id")
    assert await uploads(ben, b"another", id=file) == (404, answer | {"code": "no_such_file", "error": NO_SUCH_FILE})
    assert await discards(ana, file) == 404
    assert len(stored_files(config)) == 1  # for a day


NO_SUCH_FILE = "This file doesn’t exist, or was already sent. Choose it again."
