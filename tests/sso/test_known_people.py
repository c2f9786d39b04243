"""Whoever the chat knows already signs in at little cost, and in the language that the site says."""

import asyncio
import re
from collections import Counter

from chatserver.config.settings import Config
from tests.support.counting import commands, without_background
from tests.support.people import Person
from tests.support.tokens import enters, posts, token_for


async def test_a_person_of_whom_nothing_new_is_said_costs_one_query_and_one_call_of_redis(
    browser: Person, other_browser: Person, config: Config, queries: Counter[str]
) -> None:
    await enters(browser, "7")
    token, before = token_for(other_browser, "7", name=browser.name), await commands(config)
    queries.clear()
    assert (await posts(other_browser, token)).status == 303
    assert without_background(queries) == {"people_of_site": 1}
    used = await commands(config) - before
    assert used["eval"] + used["evalsha"] == 1
    assert used["getex"] == 0


async def test_a_token_that_says_nothing_new_is_used_once_even_by_ten_at_once(
    browser: Person, other_browser: Person
) -> None:
    await enters(browser, "7")
    token = token_for(other_browser, "7")
    answers = await asyncio.gather(*(posts(who, token) for who in (browser, other_browser) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [303, *[403] * 9]


async def test_pages_speak_as_the_site_says_until_ana_chooses(browser: Person) -> None:
    async def speaks() -> str:
        found = re.search(r'<html lang="(\w+)"', (await browser.get("/messages/account/")).text)
        assert found
        return found[1]

    await enters(browser, "7", language="ru")
    assert await speaks() == "ru"
    await enters(browser, "7")  # says nothing of it: it stays
    assert await speaks() == "ru"
    await browser.post("/messages/language/", page="/messages/account/", language="en")
    assert await speaks() == "en"
    await enters(browser, "7", language="ru")
    assert await speaks() == "en"


async def test_the_language_of_one_person_is_not_the_next_ones(browser: Person) -> None:
    await enters(browser, "7", language="ru")
    await enters(browser, "8")
    assert '<html lang="en"' in (await browser.get("/messages/account/")).text
