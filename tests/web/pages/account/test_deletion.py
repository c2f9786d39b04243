"""The account page: deleting an account."""

import asyncio
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.accounts.account_end import AccountEnd
from chatserver.accounts.accounts import Accounts
from chatserver.config.settings import Config
from tests.support.commands import thread
from tests.support.database import execute, lock_is_waited_for
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve
from tests.web.pages.account.forms import ACCOUNT, is_signed_in, sends, socket_of


async def test_a_deleted_account_is_gone(ana: Person, laptop: Person) -> None:
    at_laptop, at_ana = await socket_of(laptop, ana), await ana.socket()
    page = (await ana.get(ACCOUNT)).text
    assert "under “Deleted person”" in page
    assert "Nobody else can take your name for 180 days." in page
    answer = await sends(ana, "delete", delete_password=PASSWORD)
    assert (answer.status, answer.location) == (303, "/messages/sign-in/?deleted=yes")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Your account has been deleted." in (await ana.get(answer.location)).text
    assert [await at_laptop.ends(), await at_ana.ends()] == [4001, 4001]
    assert not await is_signed_in(ana)
    assert not await is_signed_in(laptop)
    assert (await ana.sign_in()).alert == "Wrong name or password."


async def test_sessions_end_before_the_account_is_deleted(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, living = Accounts.delete, []

    async def noted(*arguments: Any) -> AccountEnd:
        async with Redis.from_url(str(config.redis_url)) as redis:
            living.extend([key async for key in redis.scan_iter(f"{config.redis_prefix}session:*")])
        return await delete(*arguments)

    monkeypatch.setattr(Accounts, "delete", noted)
    assert (await sends(ana, "delete", delete_password=PASSWORD)).status == 303
    assert living == []


async def test_deletion_requires_the_password(ana: Person) -> None:
    answer = await sends(ana, "delete", delete_password="not this one")
    assert answer.status == 403
    assert 'id="delete_password-error"' in answer.text
    assert await is_signed_in(ana)


async def test_the_name_of_a_deleted_user_is_reserved(ana: Person, url: URL, database_url: str) -> None:
    await sends(ana, "delete", delete_password=PASSWORD)
    async with Person(url, "ANA") as other:
        answer = await other.post("/messages/sign-up/", username="ANA", password=PASSWORD)
        assert (answer.status, answer.alert) == (409, "This name is taken. Choose another.")
        execute(database_url, "update former_names set free_at = now()")
        await other.sign_up()


async def test_a_name_is_reserved_for_a_sign_up_during_its_owners_deletion(
    ana: Person, config: Config, database_url: str
) -> None:
    with closing(psycopg2.connect(database_url)) as going, going.cursor() as cursor:
        cursor.execute("insert into former_names (name_key, free_at) values ('ana', now() + interval '1 day')")
        cursor.execute("update users set name = '', name_key = ':1', deleted_at = now()")
        async with Person(ana.url, "Ana") as other:
            page = await other.get("/messages/sign-up/")
            fields = {"csrf_token": page.field("csrf_token"), "username": "Ana", "password": PASSWORD}
            signing_up = asyncio.create_task(other.post_raw("/messages/sign-up/", fields))
            await lock_is_waited_for(config)
            going.commit()
            assert (await signing_up).alert == "This name is taken. Choose another."


async def test_an_unreserved_name_is_free_at_once_and_the_page_does_not_mention_it(serve: Serve) -> None:
    async with Person(await serve(name_reservation_days=0), "Ana") as ana:
        await ana.sign_up()
        assert "Your name is given to nobody" not in (await ana.get(ACCOUNT)).text
        await sends(ana, "delete", delete_password=PASSWORD)
        await ana.sign_up()


async def test_a_deleted_users_messages_stay_with_the_others_without_a_name(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben, "Remember me")
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ana.receives("done", id=await at_ana.reacts(chat, 1, "👍"))
    await sends(ana, "delete", delete_password=PASSWORD)
    (message,) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["text"], message["sender"]) == ("Remember me", {"id": ana.id, "name": ""})
    assert message["reactions"] == {"👍": [ana.id]}
    opened = await at_ben.opens(chat)
    assert [each["name"] for each in opened["people"] if each["id"] == ana.id] == [""]


async def test_pages_name_a_deleted_user_in_the_readers_language(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben, "Remember me")
    await sends(ana, "delete", delete_password=PASSWORD)
    for language, words in {"en": "Deleted person", "ru": "Удалённый аккаунт"}.items():
        reads = {"Accept-Language": language}
        conversations = await ben.get("/messages/", headers=reads)
        assert f'<bdi class="conversation-title">{words}</bdi>' in conversations.text
        page = await ben.get(f"/messages/chat/{chat}/", headers=reads)
        assert f"<bdi>{words}</bdi></h1>" in page.text
        assert f'<bdi class="message-sender">{words}</bdi>' in page.text


async def test_nobody_can_message_a_deleted_user(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    page = await ben.get(f"/messages/chat/{chat}/")
    await sends(ana, "delete", delete_password=PASSWORD)
    fields = {"csrf_token": page.field("csrf_token"), "client_id": str(uuid4())}
    at_ben = await ben.socket()
    id = await at_ben.sends(chat, "Still there?")
    assert (await at_ben.receives("error", id=id))["code"] == "accepts_no_messages"
    refused = await ben.post_raw(f"/messages/chat/{chat}/", fields | {"message": "Still there?"})
    assert (refused.status, refused.alert) == (403, "This person isn’t accepting messages.")
    assert "Still there?" in refused.text  # so that it can be copied
    by_name = fields | {"recipient_name": "Ana", "message": "Hello?"}
    assert (await ben.post_raw("/messages/send_message/", by_name)).status == 404
    page = await ben.get(f"/messages/chat/{chat}/")
    assert "This account has been deleted." in page.text
    assert 'id="composer"' not in page.text


async def test_a_group_continues_without_a_deleted_user(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "Bye"))
    await sends(ana, "delete", delete_password=PASSWORD)
    at_ben, at_cleo = await ben.socket(), await cleo.socket()
    opened = await at_cleo.opens(group)
    assert {each["id"] for each in opened["people"]} == {ben.id, cleo.id}
    await at_ben.sends(group, "Where is she?")
    assert (await at_cleo.receives("message"))["text"] == "Where is she?"
