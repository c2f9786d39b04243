"""The account page: the password, where one is signed in, who sees what, the time zone, and the end."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.accounts.accounts import Accounts
from chatserver.config.settings import Config
from chatserver.web.sessions import SessionStorage
from tests.conftest import Serve, execute, lock_is_waited_for
from tests.conversations.test_groups import chatserver, thread
from tests.realtime.test_presence import OFTEN, frames_until, people_of
from tests.support.people import PASSWORD, Answer, Person, Socket
from tests.web.test_sessions import token_of

ACCOUNT = "/messages/account/"
NEW_PASSWORD = "one for the road"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(presence_interval=OFTEN, session_recheck=0)


@pytest.fixture
async def laptop(ana: Person, serve: Serve) -> AsyncIterator[Person]:
    """Ana signed in at another browser, and at another server of the same site."""
    url = await serve(port=0, presence_interval=OFTEN, session_recheck=0, origins=(str(ana.url.origin()),))
    async with Person(url, "Ana", headers={"User-Agent": FIREFOX}) as laptop:
        laptop.id = ana.id
        assert (await laptop.sign_in()).status == 303
        yield laptop


async def socket_of(person: Person, site: Person) -> Socket:
    return await person.socket(str(site.url.origin()))


async def sends(person: Person, form: str, **fields: str) -> Answer:
    """A form of the account page."""
    return await person.post(f"{ACCOUNT}{form}/", page=ACCOUNT, **fields)


async def is_signed_in(person: Person) -> bool:
    return (await person.get("/messages/")).status == 200


# -- the password -------------------------------------------------------------------------------------------------


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_browser(ana: Person, laptop: Person) -> None:
    before, at_laptop, own_tab = token_of(ana), await socket_of(laptop, ana), await ana.socket()
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert (answer.status, answer.location) == (303, "/messages/account/?done=password")
    assert "Your password has been changed." in (await ana.get(answer.location)).text
    assert token_of(ana) != before
    assert await at_laptop.ends() == 4001
    assert not await is_signed_in(laptop)
    await own_tab.everything_so_far()  # goes on
    assert (await laptop.sign_in()).alert == "Wrong name or password."
    assert (await laptop.sign_in(NEW_PASSWORD)).status == 303


async def test_a_tab_that_went_on_ends_with_the_new_session(ana: Person, laptop: Person) -> None:
    own_tab = await ana.socket()
    await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    await ana.sign_out()
    assert await own_tab.ends() == 4001


async def test_without_the_current_password_nothing_changes(ana: Person, laptop: Person) -> None:
    answer = await sends(ana, "password", current_password="not this one", new_password=NEW_PASSWORD)
    assert (answer.status, answer.alert) == (403, "The current password is wrong.")
    assert 'id="current_password-error"' in answer.text
    assert not {"not this one", NEW_PASSWORD} & set(re.findall(r'value="([^"]*)"', answer.text))
    assert await is_signed_in(laptop)
    assert (await laptop.sign_in()).status == 303


@pytest.mark.parametrize("password", ["short", "x" * 129, "password1", "Chatserver-2026", "ana-12345"])
async def test_a_password_that_everybody_tries_first_or_of_the_wrong_length_is_refused(
    ana: Person, laptop: Person, password: str
) -> None:
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=password)
    assert answer.status == 400
    assert 'id="new_password-error"' in answer.text
    assert await is_signed_in(laptop)
    assert (await ana.sign_in()).status == 303


async def test_who_finds_a_browser_open_cannot_try_passwords_without_end(ana: Person) -> None:
    for _ in range(5):
        assert (await sends(ana, "delete", delete_password="not this one")).status == 403
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert answer.status == 429
    assert answer.alert.startswith("Too many wrong passwords.")
    assert 0 < int(answer.headers["Retry-After"]) <= 25 * 60


async def test_who_tries_passwords_in_one_browser_locks_nobody_out_of_another(ana: Person, laptop: Person) -> None:
    assert [(await sends(laptop, "delete", delete_password="no")).status for _ in range(6)] == [403] * 5 + [429]
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert answer.status == 303


async def test_who_is_disabled_while_they_change_their_password_is_out(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SessionStorage.begin

    async def begin_late(*arguments: Any) -> Any:
        code, _, errors = await chatserver(config, "user", "disable", "Ana")
        assert code == 0, errors
        return await begin(*arguments)

    monkeypatch.setattr(SessionStorage, "begin", begin_late)
    answer = await sends(ana, "password", current_password=PASSWORD, new_password=NEW_PASSWORD)
    assert (answer.status, answer.location) == (303, "/messages/sign-in/")
    assert not await is_signed_in(ana)


# -- where one is signed in ---------------------------------------------------------------------------------------


async def session_index(person: Person) -> list[str]:
    """The ids of the sessions that the page offers to end."""
    return [id for id in re.findall(r'name="end" value="(\w+)"', (await person.get(ACCOUNT)).text) if id != "others"]


async def test_ana_ends_one_of_her_sessions_and_its_sockets_end_in_every_server(
    ana: Person, laptop: Person, url: URL
) -> None:
    async with Person(url, "Ana") as phone:
        await phone.sign_in()
        page = (await phone.get(ACCOUNT)).text
        assert "Firefox on Windows" in page
        assert "Unknown browser" in page
        assert page.count("This browser, active now") == 1
        at_laptop, at_ana = await socket_of(laptop, ana), await ana.socket()
        (id,) = re.findall(r'Firefox on Windows</strong>.*?name="end" value="(\w+)"', page, flags=re.DOTALL)
        answer = await sends(phone, "sessions", sessions_password=PASSWORD, end=id)
        assert answer.location == "/messages/account/?done=sessions"
        assert await at_laptop.ends() == 4001
        assert not await is_signed_in(laptop)
        assert len(await session_index(phone)) == 1
        await at_ana.everything_so_far()


async def test_ana_ends_all_other_sessions(ana: Person, laptop: Person) -> None:
    at_laptop, at_ana = await socket_of(laptop, ana), await ana.socket()
    await sends(ana, "sessions", sessions_password=PASSWORD, end="others")
    assert await at_laptop.ends() == 4001
    assert await session_index(ana) == []
    await at_ana.everything_so_far()


async def test_sessions_are_ended_by_their_person_only(ana: Person, ben: Person, laptop: Person) -> None:
    (id,) = await session_index(ana)
    await sends(ben, "sessions", sessions_password=PASSWORD, end=id)
    answer = await sends(ana, "sessions", sessions_password="not this one", end=id)
    assert (answer.status, answer.alert) == (403, "The current password is wrong.")
    assert await is_signed_in(laptop)


# -- who sees what ------------------------------------------------------------------------------------------------


async def test_who_does_not_show_it_is_never_seen_online(ana: Person, ben: Person, cleo: Person) -> None:
    await sends(ana, "privacy", online="no", seen="yes")
    at_ana, at_cleo, at_ben = await ana.socket(), await cleo.socket(), await ben.socket()
    for person in (ana, cleo):
        await at_ben.opens(await ben.writes_to(person))
    told = await frames_until(at_ben, type="presence", user=cleo.id, online=True)
    await at_ana.ws.close()
    await at_cleo.ws.close()
    told += await frames_until(at_ben, type="presence", user=cleo.id, online=False)
    assert people_of(told) == {cleo.id}


async def test_who_hides_is_online_no_more_in_chats_that_are_open(ana: Person, ben: Person) -> None:
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(await ben.writes_to(ana))
    await at_ben.receives("presence", user=ana.id, online=True)
    await sends(ana, "privacy", online="no", seen="yes")
    assert await at_ben.receives("presence") == {"type": "presence", "user": ana.id, "online": False}
    await sends(ana, "privacy", online="yes", seen="yes")
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()


async def test_who_does_not_show_it_is_told_of_but_not_what_they_have_read(ana: Person, ben: Person) -> None:
    chat = await ben.writes_to(ana)
    await sends(ana, "privacy", online="yes", seen="no")
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ana.says("read", thread=chat, seq=1)
    assert (await at_ana.receives("read", seq=1))["unread"] == 0  # her own screens know
    await at_ana.sends(chat, "after it")
    assert not [frame for frame in await frames_until(at_ben, type="message") if frame["type"] == "read"]
    assert read_by(await at_ben.opens(chat), ana) == 0
    assert read_by(await at_ana.opens(chat), ana) == 2
    page = (await ben.get(f"/messages/chat/{chat}/")).text
    assert not re.search(r'class="message own[^"]* seen', page)


def read_by(opened: dict[str, Any], person: Person) -> int:
    (read,) = [each["read"] for each in opened["people"] if each["id"] == person.id]
    return int(read)


async def test_the_page_shows_what_was_chosen(ana: Person) -> None:
    checked = r'name="(\w+)" value="(\w+)" checked'
    assert re.findall(checked, (await ana.get(ACCOUNT)).text) == [("online", "yes"), ("seen", "yes")]
    await sends(ana, "privacy", online="no", seen="no")
    assert re.findall(checked, (await ana.get(ACCOUNT)).text) == [("online", "no"), ("seen", "no")]


# -- the time zone ------------------------------------------------------------------------------------------------


async def test_a_zone_that_is_chosen_counts_until_the_browsers_own_is_chosen_again(ana: Person, ben: Person) -> None:
    ana.http.cookie_jar.update_cookies({"chat_timezone": "Europe/Berlin"}, ana.url)
    chat = await ana.writes_to(ben)
    execute_at = (await ana.json(f"/messages/chat/{chat}/history"))["messages"][0]["at"]
    assert "Automatic (Berlin, Germany)" in (await ana.get(ACCOUNT)).text
    titles = []
    for zone in ("", "Asia/Kathmandu", ""):
        assert (await sends(ana, "zone", zone=zone)).location == "/messages/account/?done=zone"
        page = (await ana.get(f"/messages/chat/{chat}/")).text
        assert (f'data-zone="{zone}"' in page) == bool(zone)
        titles += re.findall(rf'datetime="{execute_at}" title="([^"]+)"', page)[-1:]
    assert titles[0] == titles[2] != titles[1]


@pytest.mark.parametrize(
    ("zone", "name"),
    [("UTC", "UTC"), ("Asia/Calcutta", "Kolkata, India"), ("America/Indianapolis", "Indianapolis, United States")],
)
async def test_the_browsers_own_zone_has_a_name_under_whatever_name_it_goes(ana: Person, zone: str, name: str) -> None:
    ana.http.cookie_jar.update_cookies({"chat_timezone": zone}, ana.url)
    assert f"Automatic ({name})" in (await ana.get(ACCOUNT)).text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "localtime", "posix/Europe/Berlin", "\0"])
async def test_what_is_no_zone_is_refused_and_counts_for_nothing_in_the_cookie(ana: Person, zone: str) -> None:
    assert (await sends(ana, "zone", zone=zone)).status == 400
    ana.http.cookie_jar.update_cookies({"chat_chosen_timezone": zone.strip("\0")}, ana.url)
    assert "data-zone" not in (await ana.get(ACCOUNT)).text


# -- the end ------------------------------------------------------------------------------------------------------


async def test_who_deletes_their_account_is_gone(ana: Person, laptop: Person) -> None:
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


async def test_nobody_is_signed_in_any_more_when_their_account_goes(
    ana: Person, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete, living = Accounts.delete, []

    async def noted(*arguments: Any) -> None:
        async with Redis.from_url(str(config.redis_url)) as redis:
            living.extend([key async for key in redis.scan_iter(f"{config.redis_prefix}session:*")])
        await delete(*arguments)

    monkeypatch.setattr(Accounts, "delete", noted)
    assert (await sends(ana, "delete", delete_password=PASSWORD)).status == 303
    assert living == []


async def test_without_the_password_nobody_is_deleted(ana: Person) -> None:
    answer = await sends(ana, "delete", delete_password="not this one")
    assert answer.status == 403
    assert 'id="delete_password-error"' in answer.text
    assert await is_signed_in(ana)


async def test_the_name_of_who_is_gone_rests(ana: Person, url: URL, database_url: str) -> None:
    await sends(ana, "delete", delete_password=PASSWORD)
    async with Person(url, "ANA") as other:
        answer = await other.post("/messages/sign-up/", username="ANA", password=PASSWORD)
        assert (answer.status, answer.alert) == (409, "This name is taken. Choose another.")
        execute(database_url, "update former_names set free_at = now()")
        await other.sign_up()


async def test_a_name_rests_for_who_signs_up_while_its_person_is_going(
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


async def test_a_name_that_does_not_rest_is_free_at_once_and_the_page_does_not_speak_of_it(serve: Serve) -> None:
    async with Person(await serve(name_reservation_days=0), "Ana") as ana:
        await ana.sign_up()
        assert "Your name is given to nobody" not in (await ana.get(ACCOUNT)).text
        await sends(ana, "delete", delete_password=PASSWORD)
        await ana.sign_up()


async def test_what_was_said_stays_with_the_others_under_no_name(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben, "Remember me")
    at_ben = await ben.socket()
    await sends(ana, "delete", delete_password=PASSWORD)
    (message,) = (await ben.json(f"/messages/chat/{chat}/history"))["messages"]
    assert (message["text"], message["sender"]) == ("Remember me", {"id": ana.id, "name": ""})
    opened = await at_ben.opens(chat)
    assert [each["name"] for each in opened["people"] if each["id"] == ana.id] == [""]


async def test_pages_call_who_is_gone_a_deleted_person_in_the_readers_language(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben, "Remember me")
    await sends(ana, "delete", delete_password=PASSWORD)
    for language, words in {"en": "Deleted person", "ru": "Удалённый аккаунт"}.items():
        reads = {"Accept-Language": language}
        conversations = await ben.get("/messages/", headers=reads)
        assert f'<bdi class="conversation-title">{words}</bdi>' in conversations.text
        page = await ben.get(f"/messages/chat/{chat}/", headers=reads)
        assert f"<bdi>{words}</bdi></h1>" in page.text
        assert f'<bdi class="message-sender">{words}</bdi>' in page.text


async def test_nobody_writes_to_who_is_gone(ana: Person, ben: Person) -> None:
    chat = await ana.writes_to(ben)
    page = await ben.get(f"/messages/chat/{chat}/")
    await sends(ana, "delete", delete_password=PASSWORD)
    fields = {"csrf_token": page.field("csrf_token"), "client_id": str(uuid4())}
    at_ben = await ben.socket()
    id = await at_ben.sends(chat, "Still there?")
    assert (await at_ben.receives("error", id=id))["code"] == "accepts_no_messages"
    refused = await ben.post_raw(f"/messages/chat/{chat}/", fields | {"message": "Still there?"})
    assert (refused.status, refused.alert) == (403, "This person isn’t accepting messages.")
    assert "Still there?" in refused.text  # to be copied
    by_name = fields | {"recipient_name": "Ana", "message": "Hello?"}
    assert (await ben.post_raw("/messages/send_message/", by_name)).status == 404
    page = await ben.get(f"/messages/chat/{chat}/")
    assert "This account has been deleted." in page.text
    assert 'id="composer"' not in page.text


async def test_a_group_goes_on_without_who_is_gone(ana: Person, ben: Person, cleo: Person, config: Config) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(group, "Bye"))
    await sends(ana, "delete", delete_password=PASSWORD)
    at_ben, at_cleo = await ben.socket(), await cleo.socket()
    opened = await at_cleo.opens(group)
    assert {each["id"] for each in opened["people"]} == {ben.id, cleo.id}
    await at_ben.sends(group, "Where is she?")
    assert (await at_cleo.receives("message"))["text"] == "Where is she?"
