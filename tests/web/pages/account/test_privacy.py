"""The account page: privacy and the time zone."""

import re

import pytest

from tests.support.frames import frames_until, people_of, read_by
from tests.support.people import Person
from tests.web.pages.account.forms import ACCOUNT, sends

# -- privacy ------------------------------------------------------------------------------------------------------


async def test_a_user_who_hides_presence_is_never_seen_online(ana: Person, ben: Person, cleo: Person) -> None:
    await sends(ana, "privacy", online="no", seen="yes")
    at_ana, at_cleo, at_ben = await ana.socket(), await cleo.socket(), await ben.socket()
    for person in (ana, cleo):
        await at_ben.opens(await ben.writes_to(person))
    frames = await frames_until(at_ben, type="presence", user=cleo.id, online=True)
    await at_ana.ws.close()
    await at_cleo.ws.close()
    frames += await frames_until(at_ben, type="presence", user=cleo.id, online=False)
    assert people_of(frames) == {cleo.id}


async def test_hiding_presence_applies_to_open_chats(ana: Person, ben: Person) -> None:
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(await ben.writes_to(ana))
    await at_ben.receives("presence", user=ana.id, online=True)
    await sends(ana, "privacy", online="no", seen="yes")
    assert await at_ben.receives("presence") == {"type": "presence", "user": ana.id, "online": False}
    await sends(ana, "privacy", online="yes", seen="yes")
    await at_ben.receives("presence", user=ana.id, online=True)
    await at_ana.ws.close()


async def test_a_user_who_hides_receipts_sends_none_but_receives_those_of_others(ana: Person, ben: Person) -> None:
    chat = await ben.writes_to(ana)
    await sends(ana, "privacy", online="yes", seen="no")
    at_ana, at_ben = await ana.socket(), await ben.socket()
    await at_ben.opens(chat)
    await at_ana.says("read", thread=chat, seq=1)
    assert (await at_ana.receives("read", seq=1))["unread"] == 0  # her own screens still get it
    await at_ana.sends(chat, "after it")
    assert not [frame for frame in await frames_until(at_ben, type="message") if frame["type"] == "read"]
    assert read_by(await at_ben.opens(chat), ana) == 0
    assert read_by(await at_ana.opens(chat), ana) == 2
    page = (await ben.get(f"/messages/chat/{chat}/")).text
    assert not re.search(r'class="message own[^"]* seen', page)


async def test_the_page_shows_the_chosen_settings(ana: Person) -> None:
    checked = r'name="(\w+)" value="(\w+)" checked'
    before = {"online": "yes", "seen": "yes", "who_adds_me": "everybody"}
    assert dict(re.findall(checked, (await ana.get(ACCOUNT)).text)) == before
    after = {"online": "no", "seen": "no", "who_adds_me": "known"}
    await sends(ana, "privacy", **after)
    assert dict(re.findall(checked, (await ana.get(ACCOUNT)).text)) == after


# -- the time zone ------------------------------------------------------------------------------------------------


async def test_a_chosen_zone_applies_until_the_browsers_own_is_chosen_again(ana: Person, ben: Person) -> None:
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
async def test_the_browsers_zone_is_shown_by_its_current_name(ana: Person, zone: str, name: str) -> None:
    ana.http.cookie_jar.update_cookies({"chat_timezone": zone}, ana.url)
    assert f"Automatic ({name})" in (await ana.get(ACCOUNT)).text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "localtime", "posix/Europe/Berlin", "\0"])
async def test_an_unknown_zone_is_refused_in_the_form_and_ignored_in_the_cookie(ana: Person, zone: str) -> None:
    assert (await sends(ana, "zone", zone=zone)).status == 400
    ana.http.cookie_jar.update_cookies({"chat_chosen_timezone": zone.strip("\0")}, ana.url)
    assert "data-zone" not in (await ana.get(ACCOUNT)).text
