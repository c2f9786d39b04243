"""Exports run in the background: in any process, one at a time, and expire."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.exports import jobs as exports
from tests.exports.downloads import DATA, FOREVER, STATE, asks, downloads, sees
from tests.support.database import execute
from tests.support.people import Person
from tests.support.servers import Serve, serving


@pytest.mark.usefixtures("never_done")
async def test_the_progress_of_an_export_is_reported_and_no_export_starts_twice(
    ana: Person, ben: Person, config: Config
) -> None:
    await ana.writes_to(ben, "one")
    await ana.writes_to(ben, "two")
    assert await asks(ana) == "export"
    await sees(ana, "running", done=1, total=2, made_at=None)
    assert await asks(ana) == "export_running"
    assert await asks(ben) == "export"
    assert (await ben.json(STATE))["state"] == "waiting"  # this process is busy with another export
    assert (await ana.get(DATA)).status == 404
    assert execute(str(config.database_url), "select count(*) from exports") == [(2,)]


@pytest.mark.usefixtures("never_done")
async def test_a_server_that_stops_leaves_its_export_to_the_others(config: Config) -> None:
    async with serving(config) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await (await ana.sign_up()).writes_to(await ben.sign_up())
        await asks(ana)
        await sees(ana, "running", done=1)
    assert execute(str(config.database_url), "select state from exports") == [("waiting",)]


async def test_an_export_starts_over_when_its_process_died(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "POLL_INTERVAL", FOREVER)
    running = f"insert into exports (user_id, state, language) values ({ana.id}, 'running', 'en')"
    execute(str(config.database_url), running)
    assert (await ana.json(STATE))["state"] == "running"
    assert await asks(ana) == "export_running"
    execute(str(config.database_url), "update exports set changed_at = now() - interval '31 seconds'")
    assert (await ana.json(STATE))["state"] == "failed"
    assert await asks(ana) == "export"
    await sees(ana, "ready")


async def test_any_server_can_serve_a_finished_export(
    ana: Person, ben: Person, serve: Serve, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id = await ana.writes_to(ben, "from here")
    await asks(ana)
    await sees(ana, "ready")
    there = await serve(port=0)
    async with Person(there, "Ana", headers=ana.cookie) as elsewhere:
        assert (await elsewhere.json(STATE))["state"] == "ready"
        assert (await downloads(elsewhere))[f"conversations/{thread_id}.json"][0]["text"] == "from here"


async def test_a_new_export_replaces_the_old_one(ana: Person, ben: Person, config: Config) -> None:
    await asks(ana)
    first = await sees(ana, "ready")
    await ana.writes_to(ben, "since then")
    await asks(ana)
    assert (await sees(ana, "ready", total=1))["made_at"] > first["made_at"]
    parts = "select count(distinct export_id) from export_parts"
    assert execute(str(config.database_url), parts) == [(1,)]


async def test_an_expired_export_is_gone(ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "POLL_INTERVAL", 0.05)
    await asks(ana)
    await sees(ana, "ready")
    execute(str(config.database_url), "update exports set changed_at = now() - interval '25 hours'")
    await sees(ana, "none")
    assert execute(str(config.database_url), "select count(*) from export_parts") == [(0,)]


async def test_a_deleted_account_leaves_no_export(ana: Person, config: Config) -> None:
    await asks(ana)
    await sees(ana, "ready")
    token = (await ana.get("/messages/")).field("csrf_token")
    fields = {"csrf_token": token, "delete_password": "correct horse battery"}
    assert (await ana.post_raw("/messages/account/delete/", fields)).status == 303
    assert execute(str(config.database_url), "select count(*) from exports") == [(0,)]


async def test_a_cancelled_export_ends(ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    store = exports.Exports._store  # noqa: SLF001

    async def store_too_late(*arguments: Any) -> int:
        monkeypatch.setattr(exports.Exports, "_store", store)
        execute(str(config.database_url), "delete from exports")
        return await store(*arguments)

    monkeypatch.setattr(exports.Exports, "_store", store_too_late)
    await asks(ana)
    await sees(ana, "none")
    assert execute(str(config.database_url), "select count(*) from export_parts") == [(0,)]
    await asks(ana)  # and the next one can run
    await sees(ana, "ready")


async def test_an_export_that_cannot_be_written_fails_and_can_be_retried(
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
