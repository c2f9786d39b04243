"""Nothing acknowledged is lost while PostgreSQL is frozen, gives up or refuses."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest

from chatserver.config.settings import Config
from chatserver.development.embedded import EmbeddedServers
from chatserver.server.schema import migrate
from tests.support.database import execute, lock_is_waited_for
from tests.support.freezing import QUICK, frozen_postgres
from tests.support.people import Person
from tests.support.servers import serving


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
async def test_a_write_that_postgresql_aborts_is_retried_and_stored_once(
    ana: Person, ben: Person, config: Config, how: str
) -> None:
    assert config.database_url is not None
    thread = await ana.writes_to(ben)
    socket = await ana.socket()
    with closing(psycopg2.connect(config.database_url)) as holding_up:
        holding_up.cursor().execute("lock table messages in access exclusive mode")
        id = await socket.sends(thread, "once")
        await lock_is_waited_for(config)
        execute(config.database_url, f"select {how}(pid) from pg_stat_activity where wait_event_type = 'Lock'")
    assert (await socket.receives("sent", id=id))["seq"] == 2
    history = await ana.json(f"/messages/chat/{thread}/history")
    assert [message["text"] for message in history["messages"]] == ["Hello", "once"]


async def test_sends_are_refused_while_postgresql_is_frozen_and_accepted_afterwards(
    config: Config, tmp_path: Path
) -> None:
    with EmbeddedServers(tmp_path / "postgres", durable=False, redis_url=config.redis_url) as servers:
        migrate(servers.database_url)
        changed = replace(config, database_url=servers.database_url, **QUICK)
        async with serving(changed) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
            thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
            socket = await ana.socket()
            with frozen_postgres(servers):
                id = await socket.sends(thread, "patience")
                assert (await socket.receives("error", id=id))["code"] == "unavailable"
                assert (await ana.get("/messages/")).status == 503
                assert (await ana.get("/healthz")).status == 200
            await socket.sends(thread, "patience", id)
            assert (await socket.receives("sent", id=id))["seq"] == 2


async def test_an_unstored_message_is_refused_and_the_same_id_can_be_sent_later(config: Config) -> None:
    async with serving(replace(config, **QUICK)) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        socket = await ana.socket()
        with closing(psycopg2.connect(config.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("lock table threads in access exclusive mode")
            id = await socket.sends(thread, "patience")
            error = await socket.receives("error", id=id)
            assert (error["code"], error["retry_after"]) == ("unavailable", 2)
            page = await ana.get("/messages/")
            assert (page.status, page.headers["Retry-After"]) == (503, "2")
            connection.rollback()
        await socket.sends(thread, "patience", id)
        assert (await socket.receives("sent", id=id))["seq"] == 2
        history = await ana.json(f"/messages/chat/{thread}/history")
        assert [message["text"] for message in history["messages"]] == ["Hello", "patience"]


async def test_a_form_that_could_not_be_stored_is_returned_with_the_typed_text(config: Config) -> None:
    async with serving(replace(config, **QUICK)) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        page = await ana.get("/messages/")
        fields = {"csrf_token": page.field("csrf_token"), "client_id": str(uuid4()), "recipient_name": "Ben"}
        with closing(psycopg2.connect(config.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("lock table messages in access exclusive mode")
            answer = await ana.post_raw("/messages/send_message/", fields | {"message": "a long letter"})
        assert answer.status == 503
        assert "a long letter" in answer.text
        again = {name: answer.field(name) for name in fields}
        assert again == fields
        assert (await ana.post_raw("/messages/send_message/", again | {"message": "a long letter"})).status == 303


@pytest.mark.parametrize(("form", "fields"), [("", {"reply": "1"}), ("edit/", {"seq": "1", "base": "0"})])
async def test_a_reply_or_an_edit_that_could_not_be_stored_is_returned_as_the_same_form(
    config: Config, form: str, fields: dict[str, str]
) -> None:
    async with serving(replace(config, **QUICK)) as url, Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        path = f"/messages/chat/{await (await ana.sign_up()).writes_to(await ben.sign_up())}/"
        typed = {"client_id": str(uuid4()), "message": "a long letter"} | fields
        token = {"csrf_token": (await ana.get(path)).field("csrf_token")}
        with closing(psycopg2.connect(config.database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("lock table messages in access exclusive mode")
            answer = await ana.post_raw(path + form, token | typed)
        assert answer.status == 503
        assert "a long letter" in answer.text
        again = {name: answer.field(name) for name in fields | token}
        assert (await ana.post_raw(path + form, typed | again)).status == 303
        message = (await ana.json(f"{path}history"))["messages"][-1]
        assert message["text"] == "a long letter"
        assert ("edited" in message, message.get("reply")) == (form == "edit/", None if form else 1)
