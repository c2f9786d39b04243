"""The account page: the user's sessions."""

import re

from yarl import URL

from tests.support.people import PASSWORD, Person
from tests.web.pages.account.forms import ACCOUNT, is_signed_in, sends, socket_of


async def session_index(person: Person) -> list[str]:
    """Returns the ids of the sessions that the page offers to end."""
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


async def test_only_their_owner_can_end_sessions(ana: Person, ben: Person, laptop: Person) -> None:
    (id,) = await session_index(ana)
    await sends(ben, "sessions", sessions_password=PASSWORD, end=id)
    answer = await sends(ana, "sessions", sessions_password="not this one", end=id)
    assert (answer.status, answer.alert) == (403, "The current password is wrong.")
    assert await is_signed_in(laptop)
