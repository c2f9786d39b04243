"""Exports: what they contain, and who can download them."""

import json
from datetime import UTC, datetime

import aiohttp
import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.exports import jobs as exports
from tests.exports.downloads import DATA, STATE, asks, downloads, sees
from tests.support.commands import thread
from tests.support.database import change_message, execute
from tests.support.people import Person
from tests.web.pages.filling import fill

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


async def test_ana_downloads_her_messages_and_those_she_received(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    with_ben = await ana.writes_to(ben, "Hi Ben\n— «how» are you? 👍")
    await ben.writes_to(ana, "Well")
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    elsewhere = await ben.writes_to(cleo, "not for Ana")
    token = (await ana.get("/messages/")).field("csrf_token")
    await ana.post_raw("/messages/block/", {"csrf_token": token, "user": str(cleo.id), "next": "/messages/"})

    assert (await ana.json(STATE)) == {"state": "none", "done": 0, "total": 0, "made_at": None}
    assert await asks(ana) == "export"
    made = await sees(ana, "ready", done=2, total=2)
    assert made["made_at"]

    data = await downloads(ana)
    assert data.keys() == {
        "account.json", "conversations.json", f"conversations/{with_ben}.json", f"conversations/{group}.json",
        f"notes/{group}.json",
    }  # fmt: skip
    assert str(elsewhere) not in json.dumps([conversation["id"] for conversation in data["conversations.json"]])
    account = data["account.json"]
    assert (account["id"], account["name"]) == (ana.id, "Ana")
    assert account["settings"] == {"shows_online": True, "shows_seen": True, "who_adds_me": "everybody"}
    assert account["blocked"] == [{"id": cleo.id, "name": "Cleo"}]
    assert [session.keys() for session in account["sessions"]] == [{"browser", "began_at", "used_at"}]
    assert data["conversations.json"][0] == {
        "id": with_ben, "title": "Ben", "people": [{"id": ana.id, "name": "Ana"}, {"id": ben.id, "name": "Ben"}],
        "messages": 2, "sent": 1, "received": 1, "unread": 1, "from": 1,
    }  # fmt: skip
    history = (await ana.json(f"/messages/chat/{with_ben}/history"))["messages"]
    assert data[f"conversations/{with_ben}.json"] == history
    assert [message["text"] for message in history] == ["Hi Ben\n— «how» are you? 👍", "Well"]
    assert data[f"conversations/{group}.json"] == []
    assert data[f"notes/{group}.json"] == (await ana.json(f"/messages/chat/{group}/history"))["notes"]
    assert [note["kind"] for note in data[f"notes/{group}.json"]] == ["created"]


async def test_an_export_has_messages_as_they_are_now_and_only_those_that_ana_may_see(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    url = str(config.database_url)
    with_ben, with_cleo = await ana.writes_to(ben, "before"), await ana.writes_to(cleo)
    for chat in (with_ben, with_cleo):
        fill(config, chat, ana, 450)
    execute(url, f"update messages set reply_to = 1 where thread_id = {with_ben} and seq = 2")
    change_message(url, with_ben, 1, text="now", edited_at=NOON, reactions={"👍": [ben.id]})
    change_message(url, with_ben, 3, deleted_at=NOON)
    execute(url, f"update participants set from_seq = 301 where thread_id = {with_cleo} and user_id = {ana.id}")
    await asks(ana)
    await sees(ana, "ready", done=600, total=600)
    data = await downloads(ana)
    history = (await ana.json(f"/messages/chat/{with_ben}/history?after=0"))["messages"]
    assert data[f"conversations/{with_ben}.json"][:100] == history
    assert (history[0]["text"], history[0]["reactions"], history[1]["reply"], history[2]["text"]) == (
        "now",
        {"👍": [ben.id]},
        1,
        "",
    )
    assert [message["seq"] for message in data[f"conversations/{with_cleo}.json"]] == list(range(301, 451))
    assert [conversation["from"] for conversation in data["conversations.json"]] == [1, 301]


async def test_the_zip_is_a_download_that_browsers_neither_open_nor_cache(ana: Person) -> None:
    await asks(ana)
    await sees(ana, "ready")
    for method in ("GET", "HEAD"):
        async with ana.http.request(method, DATA) as answer:
            assert (answer.status, answer.content_type) == (200, "application/zip")
            assert answer.headers["Content-Disposition"].startswith('attachment; filename="messages-2')
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert len(await answer.read()) == (int(answer.headers["Content-Length"]) if method == "GET" else 0)


async def test_nobody_else_gets_the_export(ana: Person, ben: Person) -> None:
    await asks(ana)
    await sees(ana, "ready")
    assert (await ben.json(STATE))["state"] == "none"
    assert (await ben.get(DATA)).status == 404
    async with Person(ana.url, "Nobody") as nobody:
        assert (await nobody.get(STATE)).status == 401
        assert (await nobody.get(DATA)).location.startswith("/messages/sign-in/")
        assert (await nobody.post("/messages/account/export/", page="/messages/sign-in/")).status == 303


async def test_no_other_site_can_start_an_export(ana: Person) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    for fields, headers in [({}, {}), ({"csrf_token": token}, {"Origin": "http://evil.example"})]:
        assert (await ana.post_raw("/messages/account/export/", fields, headers=headers)).status != 303
    assert (await ana.json(STATE))["state"] == "none"


async def test_deleted_users_have_no_name_in_the_export(ana: Person, ben: Person) -> None:
    thread_id = await ben.writes_to(ana, "Bye")
    token = (await ben.get("/messages/")).field("csrf_token")
    fields = {"csrf_token": token, "delete_password": "correct horse battery"}
    await ben.post_raw("/messages/account/delete/", fields)
    await asks(ana)
    await sees(ana, "ready")
    data = await downloads(ana)
    assert data[f"conversations/{thread_id}.json"][0]["sender"] == {"id": ben.id, "name": ""}
    assert data["conversations.json"][0]["title"] == ""


async def test_others_can_talk_while_thousands_of_messages_are_exported(
    ana: Person, ben: Person, cleo: Person, config: Config, url: URL
) -> None:
    thread_id = await ana.writes_to(ben)
    execute(
        str(config.database_url),
        f"insert into messages select {thread_id}, seq, {ben.id}, gen_random_uuid(), repeat('word ', 400) || seq, now()"
        f" from generate_series(2, 3000) seq; update threads set last_seq = 3000 where id = {thread_id}",
    )
    other = await ben.writes_to(cleo)
    at_ben, at_cleo = await ben.socket(), await cleo.socket()
    await asks(ana)
    talked = 0
    while (await ana.json(STATE))["state"] != "ready":
        await at_cleo.receives("message", id=await at_ben.sends(other, f"{talked}"))
        talked += 1
    assert talked > 1
    history = (await downloads(ana))[f"conversations/{thread_id}.json"]
    assert [message["seq"] for message in history] == list(range(1, 3001))


async def test_a_download_is_aborted_if_its_zip_is_removed_meanwhile(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART", 100)
    await asks(ana)
    await sees(ana, "ready")
    execute(str(config.database_url), "delete from export_parts where part > 0")
    with pytest.raises(aiohttp.ClientPayloadError):
        await downloads(ana)
