"""Many sign-ins at once: passwords are hashed a few at a time, and nobody else waits for them."""

import asyncio
from collections import Counter

import pytest
from yarl import URL

from chatserver.config.settings import Config
from tests.support.people import Person
from tests.support.servers import Serve

pytestmark = pytest.mark.long

CROWD = 100
DEADLINE = 1  # seconds


async def knock(url: URL, path: str, number: int) -> int:
    async with Person(url, f"Guest{number}") as guest:
        return (await guest.post(path, username=guest.name, password="a password of theirs")).status


async def test_messages_arrive_while_a_hundred_users_sign_in_at_once(ana: Person, ben: Person, serve: Serve) -> None:
    thread = await ana.writes_to(ben)
    writing, reading = await ana.socket(), await ben.socket()
    crowd = asyncio.gather(*(knock(ana.url, "/messages/sign-in/", number) for number in range(CROWD)))
    said = 0
    while not crowd.done():
        async with asyncio.timeout(DEADLINE):
            id = await writing.sends(thread)
            await reading.receives("message", id=id)
        said += 1
    answers = Counter(await crowd)
    assert said
    assert set(answers) <= {403, 429, 503}, answers  # a wrong password, too many of them, too many at once
    assert answers[403]


async def test_a_flood_of_sign_ups_is_stopped_and_creates_no_incomplete_user(serve: Serve, config: Config) -> None:
    url = await serve(sign_ups_per_address=10)
    answers = Counter(await asyncio.gather(*(knock(url, "/messages/sign-up/", number) for number in range(30))))
    assert answers == {303: 10, 429: 20}
    async with Person(url, "Guest") as guest:
        page = await guest.get("/messages/sign-up/")
        refused = await guest.post_raw(
            "/messages/sign-up/",
            {"csrf_token": page.field("csrf_token"), "username": "Guest", "password": "a password of theirs"},
        )
    assert refused.alert.startswith("Too many new accounts from your network.")
    assert int(refused.headers["Retry-After"]) > 0
