"""A block applies on every path, notifies nobody, and can be undone."""

from uuid import uuid4

import aiohttp
import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import thread
from tests.support.database import execute
from tests.support.frames import frames_until, people_of, read_by
from tests.support.people import Answer, Person
from tests.support.servers import API_KEY, Serve
from tests.support.timing import OFTEN

REFUSAL = "This person isn’t accepting messages."


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(presence_interval=OFTEN)


@pytest.fixture
async def chat(ana: Person, ben: Person) -> int:
    """A thread in which Ben wrote once, before Ana blocked him."""
    chat = await ben.writes_to(ana, "Hello")
    await blocks(ana, ben)
    return chat


@pytest.fixture
async def met(ana: Person, ben: Person, cleo: Person, config: Config) -> int:
    """A group of all three."""
    return int((await thread(config, "create", "Ana", "Ben", "Cleo"))["id"])


async def blocks(person: Person, other: Person, how: str = "block", page: str = "/messages/") -> Answer:
    answer = await person.post(f"/messages/{how}/", page=page, user=str(other.id), next=page)
    assert (answer.status, answer.location) == (303, page)
    return answer


async def test_a_form_is_refused(ben: Person, chat: int) -> None:
    path = f"/messages/chat/{chat}/"
    answer = await ben.post(path, message="Please", client_id=str(uuid4()))
    assert (answer.status, answer.alert) == (403, REFUSAL)
    assert "Please" in answer.text


async def test_a_message_by_name_is_refused(ben: Person, chat: int) -> None:
    fields = {"recipient_name": "Ana", "message": "Please", "client_id": str(uuid4())}
    answer = await ben.post("/messages/send_message/", page="/messages/", **fields)
    assert (answer.status, answer.alert) == (403, REFUSAL)
    assert 'id="recipient_name-error"' in answer.text


async def test_a_blocked_users_frame_is_refused_and_reaches_nobody(
    ana: Person, ben: Person, chat: int, database_url: str
) -> None:
    socket = await ben.socket()
    error = await socket.receives("error", id=await socket.sends(chat, "Please"))
    assert (error["code"], error["message"]) == ("accepts_no_messages", REFUSAL)
    assert execute(database_url, "select last_seq from threads") == [(1,)]


async def test_another_program_is_refused(ben: Person, chat: int) -> None:
    fields = {"api_key": API_KEY, "sender_id": ben.id, "message": "Please"}
    async with (
        aiohttp.ClientSession(ben.url) as http,
        http.post(f"/messages/send_message_api/{chat}/", json=fields) as answer,
    ):
        assert (answer.status, (await answer.json())["code"]) == (403, "accepts_no_messages")


async def test_a_message_sent_before_a_block_is_still_acknowledged_when_it_is_repeated(
    ana: Person, ben: Person
) -> None:
    chat, socket = await ben.writes_to(ana), await ben.socket()
    id = await socket.sends(chat, "Did this arrive?")
    sent = await socket.receives("sent", id=id)
    await blocks(ana, ben)
    await socket.sends(chat, "Did this arrive?", id=id)
    assert await socket.receives_one_of("sent", "error") == sent


async def test_a_first_message_to_a_user_who_blocks_the_sender_makes_no_thread(
    ana: Person, ben: Person, met: int, database_url: str
) -> None:
    await blocks(ana, ben)
    fields = {"recipient_name": "Ana", "message": "Hello", "client_id": str(uuid4())}
    answer = await ben.post("/messages/send_message/", page="/messages/", **fields)
    assert (answer.status, answer.alert) == (403, REFUSAL)
    assert execute(database_url, "select id from threads") == [(met,)]


async def test_an_unblocked_user_can_message_again(ana: Person, ben: Person, chat: int) -> None:
    assert "You’ve blocked <bdi>Ben</bdi>." in (await ana.get(f"/messages/chat/{chat}/")).text
    assert "<bdi>Ben</bdi>" in (await ana.get("/messages/account/")).text
    await blocks(ana, ben, "unblock", page="/messages/account/")
    assert "You haven’t blocked anyone." in (await ana.get("/messages/account/")).text
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.sends(chat, "Thank you")
    assert (await at_ana.receives("message"))["text"] == "Thank you"


async def test_a_blocked_user_sees_neither_presence_nor_receipts(
    ana: Person, ben: Person, cleo: Person, chat: int
) -> None:
    at_ana, at_cleo, at_ben = await ana.socket(), await cleo.socket(), await ben.socket()
    await at_ana.says("read", thread=chat, seq=1)
    await at_ana.receives("read", seq=1)
    assert read_by(await at_ben.opens(chat), ana) == 0
    await at_ben.opens(await ben.writes_to(cleo))
    frames = await frames_until(at_ben, type="presence", user=cleo.id, online=True)
    await at_ana.ws.close()
    await at_cleo.ws.close()
    frames += await frames_until(at_ben, type="presence", user=cleo.id, online=False)
    assert people_of(frames) == {cleo.id}
    assert not [frame for frame in frames if frame["type"] == "read"]


async def test_a_user_blocked_while_the_chat_is_open_stops_seeing_presence(
    ana: Person, ben: Person, cleo: Person, met: int
) -> None:
    chat = await ben.writes_to(ana)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ben.opens(met)
    await at_ben.receives("presence", user=ana.id, online=True)
    await blocks(ana, ben)
    assert await at_ben.receives("presence", user=ana.id) == {"type": "presence", "user": ana.id, "online": False}
    await at_ana.ws.close()
    at_ana = await ana.socket()
    at_cleo = await cleo.socket()
    frames = await frames_until(at_ben, type="presence", user=cleo.id, online=True)
    await at_cleo.ws.close()
    frames += await frames_until(at_ben, type="presence", user=cleo.id, online=False)
    assert people_of(frames) == {cleo.id}


async def test_a_blocked_user_is_not_notified(ana: Person, ben: Person) -> None:
    chat = await ben.writes_to(ana)
    pages = []
    for how in ("unblock", "block"):
        await blocks(ana, ben, how)
        page = await ben.get(f"/messages/chat/{chat}/")
        for name in ("csrf_token", "client_id"):
            page.text = page.text.replace(page.field(name), "")
        pages.append(page.text)
    assert pages[0] == pages[1]


async def test_a_block_does_not_apply_in_groups(ana: Person, ben: Person, met: int) -> None:
    await blocks(ana, ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.sends(met, "to all")
    assert (await at_ana.receives("message"))["text"] == "to all"
    assert 'action="/messages/block/"' not in (await ana.get(f"/messages/chat/{met}/")).text


async def test_users_cannot_block_themselves_strangers_or_nobody(ana: Person, ben: Person) -> None:
    for user, status in ((str(ana.id), 400), (str(ben.id), 404), ("999", 404), ("x", 404), ("", 404)):
        answer = await ana.post("/messages/block/", page="/messages/", user=user, next="/messages/")
        assert answer.status == status
    assert "You haven’t blocked anyone." in (await ana.get("/messages/account/")).text
