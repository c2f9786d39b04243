"""Downloading one's data: a zip made in the background, by any process, one at a time."""

import asyncio
import io
import json
from typing import Any
from zipfile import ZipFile

import aiohttp
import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.exports import archive as export_files
from chatserver.exports import jobs as exports
from tests.conftest import Serve, execute, serving
from tests.conversations.test_groups import thread
from tests.support.people import PATIENCE, Person

STATE = "/messages/account/export"
DATA = "/messages/account/data.zip"
FOREVER = 3600.0  # seconds


async def asks(person: Person) -> str:
    answer = await person.post("/messages/account/export/", page="/messages/")
    assert answer.status == 303
    return answer.location.partition("?done=")[2]


async def sees(person: Person, state: str, **fields: Any) -> dict[str, Any]:
    """Waits until the page would say so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found: dict[str, Any] = await person.json(STATE)
            if found["state"] == state and all(found[name] == value for name, value in fields.items()):
                return found
            await asyncio.sleep(0.02)


async def downloads(person: Person) -> dict[str, Any]:
    """What is in the zip, by name."""
    async with person.http.get(DATA) as answer:
        assert answer.status == 200
        with ZipFile(io.BytesIO(await answer.read())) as archive:
            assert archive.testzip() is None
            return {name: json.loads(archive.read(name)) for name in archive.namelist()}


@pytest.fixture
def never_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is made stands still after its first message."""
    monkeypatch.setattr(export_files, "PAGE", 1)
    monkeypatch.setattr(export_files, "PAUSE", FOREVER)
    monkeypatch.setattr(exports, "REPORT_INTERVAL", 0)


async def test_ana_takes_away_what_she_and_others_said(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
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
    }  # fmt: skip
    assert str(elsewhere) not in json.dumps([conversation["id"] for conversation in data["conversations.json"]])
    account = data["account.json"]
    assert (account["id"], account["name"]) == (ana.id, "Ana")
    assert account["settings"] == {"shows_online": True, "shows_seen": True}
    assert account["blocked"] == [{"id": cleo.id, "name": "Cleo"}]
    assert [session.keys() for session in account["sessions"]] == [{"browser", "began_at", "used_at"}]
    assert data["conversations.json"][0] == {
        "id": with_ben, "title": "Ben", "people": [{"id": ana.id, "name": "Ana"}, {"id": ben.id, "name": "Ben"}],
        "messages": 2, "sent": 1, "received": 1, "unread": 1,
    }  # fmt: skip
    told = (await ana.json(f"/messages/chat/{with_ben}/history"))["messages"]
    assert data[f"conversations/{with_ben}.json"] == told
    assert [message["text"] for message in told] == ["Hi Ben\n— «how» are you? 👍", "Well"]
    assert data[f"conversations/{group}.json"] == []


async def test_the_zip_is_a_file_that_no_browser_opens_or_keeps(ana: Person) -> None:
    await asks(ana)
    await sees(ana, "ready")
    for method in ("GET", "HEAD"):
        async with ana.http.request(method, DATA) as answer:
            assert (answer.status, answer.content_type) == (200, "application/zip")
            assert answer.headers["Content-Disposition"].startswith('attachment; filename="messages-2')
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert len(await answer.read()) == (int(answer.headers["Content-Length"]) if method == "GET" else 0)


async def test_nobody_else_gets_it(ana: Person, ben: Person) -> None:
    await asks(ana)
    await sees(ana, "ready")
    assert (await ben.json(STATE))["state"] == "none"
    assert (await ben.get(DATA)).status == 404
    async with Person(ana.url, "Nobody") as nobody:
        assert (await nobody.get(STATE)).status == 401
        assert (await nobody.get(DATA)).location.startswith("/messages/sign-in/")
        assert (await nobody.post("/messages/account/export/", page="/messages/sign-in/")).status == 303


async def test_no_other_site_begins_one(ana: Person) -> None:
    token = (await ana.get("/messages/")).field("csrf_token")
    for fields, headers in [({}, {}), ({"csrf_token": token}, {"Origin": "http://evil.example"})]:
        assert (await ana.post_raw("/messages/account/export/", fields, headers=headers)).status != 303
    assert (await ana.json(STATE))["state"] == "none"


@pytest.mark.usefixtures("never_done")
async def test_how_far_it_is_is_told_and_nothing_begins_twice(ana: Person, ben: Person, config: Config) -> None:
    await ana.writes_to(ben, "one")
    await ana.writes_to(ben, "two")
    assert await asks(ana) == "export"
    await sees(ana, "running", done=1, total=2, made_at=None)
    assert await asks(ana) == "export_running"
    assert await asks(ben) == "export"
    assert (await ben.json(STATE))["state"] == "waiting"  # in this process one is being made
    assert (await ana.get(DATA)).status == 404
    assert execute(str(config.database_url), "select count(*) from exports") == [(2,)]


@pytest.mark.usefixtures("never_done")
async def test_a_server_that_stops_leaves_it_to_the_others(config: Config) -> None:
    async with serving(config) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await (await ana.sign_up()).writes_to(await ben.sign_up())
        await asks(ana)
        await sees(ana, "running", done=1)
    assert execute(str(config.database_url), "select state from exports") == [("waiting",)]


async def test_when_the_process_died_one_begins_anew(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LOOK_INTERVAL", FOREVER)
    running = f"insert into exports (user_id, state, language) values ({ana.id}, 'running', 'en')"
    execute(str(config.database_url), running)
    assert (await ana.json(STATE))["state"] == "running"
    assert await asks(ana) == "export_running"
    execute(str(config.database_url), "update exports set changed_at = now() - interval '31 seconds'")
    assert (await ana.json(STATE))["state"] == "failed"
    assert await asks(ana) == "export"
    await sees(ana, "ready")


async def test_another_server_takes_what_waits_and_hands_out_what_is_ready(
    ana: Person, ben: Person, serve: Serve, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id = await ana.writes_to(ben, "from here")
    await asks(ana)
    await sees(ana, "ready")
    there = await serve(port=0)
    async with Person(there, "Ana", headers=ana.cookie) as elsewhere:
        assert (await elsewhere.json(STATE))["state"] == "ready"
        assert (await downloads(elsewhere))[f"conversations/{thread_id}.json"][0]["text"] == "from here"


async def test_a_new_one_takes_the_place_of_the_old(ana: Person, ben: Person, config: Config) -> None:
    await asks(ana)
    first = await sees(ana, "ready")
    await ana.writes_to(ben, "since then")
    await asks(ana)
    assert (await sees(ana, "ready", total=1))["made_at"] > first["made_at"]
    parts = "select count(distinct export_id) from export_parts"
    assert execute(str(config.database_url), parts) == [(1,)]


async def test_after_its_time_it_is_gone(ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LOOK_INTERVAL", 0.05)
    await asks(ana)
    await sees(ana, "ready")
    execute(str(config.database_url), "update exports set changed_at = now() - interval '25 hours'")
    await sees(ana, "none")
    assert execute(str(config.database_url), "select count(*) from export_parts") == [(0,)]


async def test_a_deleted_account_leaves_none(ana: Person, config: Config) -> None:
    await asks(ana)
    await sees(ana, "ready")
    token = (await ana.get("/messages/")).field("csrf_token")
    fields = {"csrf_token": token, "delete_password": "correct horse battery"}
    assert (await ana.post_raw("/messages/account/delete/", fields)).status == 303
    assert execute(str(config.database_url), "select count(*) from exports") == [(0,)]


async def test_one_that_is_not_wanted_any_more_ends(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = exports.Exports._store  # noqa: SLF001

    async def store_too_late(*arguments: Any) -> int:
        monkeypatch.setattr(exports.Exports, "_store", store)
        execute(str(config.database_url), "delete from exports")
        return await store(*arguments)

    monkeypatch.setattr(exports.Exports, "_store", store_too_late)
    await asks(ana)
    await sees(ana, "none")
    assert execute(str(config.database_url), "select count(*) from export_parts") == [(0,)]
    await asks(ana)  # and the next one has its turn
    await sees(ana, "ready")


async def test_what_cannot_be_written_has_failed_and_can_be_tried_again(
    ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space() -> Any:
        raise OSError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(exports, "TemporaryFile", no_space)
        await asks(ana)
        await sees(ana, "failed")
    await asks(ana)
    await sees(ana, "ready")


async def test_deleted_people_have_no_name_in_the_copy(ana: Person, ben: Person) -> None:
    thread_id = await ben.writes_to(ana, "Bye")
    token = (await ben.get("/messages/")).field("csrf_token")
    fields = {"csrf_token": token, "delete_password": "correct horse battery"}
    await ben.post_raw("/messages/account/delete/", fields)
    await asks(ana)
    await sees(ana, "ready")
    data = await downloads(ana)
    assert data[f"conversations/{thread_id}.json"][0]["sender"] == {"id": ben.id, "name": ""}
    assert data["conversations.json"][0]["title"] == ""


async def test_others_talk_while_thousands_of_messages_are_gathered(
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
    told = (await downloads(ana))[f"conversations/{thread_id}.json"]
    assert [message["seq"] for message in told] == list(range(1, 3001))


async def test_a_download_whose_zip_is_removed_meanwhile_breaks_off(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PART", 100)
    await asks(ana)
    await sees(ana, "ready")
    execute(str(config.database_url), "delete from export_parts where part > 0")
    with pytest.raises(aiohttp.ClientPayloadError):
        await downloads(ana)
