"""Which browsers get pushes: what a subscription must be, whose it is, and when it ends."""

import re
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest
from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.pushing import SETTINGS, PushBrowser, is_subscribed, subscribes, unsubscribes
from tests.support.servers import Serve
from tests.support.sessions import key_of, token_of


@pytest.fixture
async def url(serve: Serve) -> URL:
    return await serve(**SETTINGS)


@pytest.fixture
async def phone(ben: Person) -> AsyncIterator[Person]:
    """Ben's other browser, which is subscribed."""
    async with Person(ben.url, "Ben") as phone:
        await phone.sign_in()
        assert await subscribes(phone, PushBrowser().subscription) == (204, "")
        yield phone


async def test_ben_subscribes_his_browser_and_again_changes_nothing(ben: Person, database_url: str) -> None:
    browser = PushBrowser()
    assert not await is_subscribed(ben)
    assert len((await ben.json("/messages/push"))["key"]) == 87  # 65 bytes
    for _ in range(2):
        assert await subscribes(ben, browser.subscription) == (204, "")
    assert await is_subscribed(ben)
    assert "This browser" in (await ben.get("/messages/notifications/")).text
    assert await subscribes(ben, PushBrowser().subscription) == (204, "")  # the browser has a new one
    assert execute(database_url, "select count(*) from push_subscriptions") == [(1,)]
    for _ in range(2):
        assert await unsubscribes(ben) == (204, "")
    assert not await is_subscribed(ben)


GOOD = PushBrowser().subscription
ENDPOINTS = (
    "http://fcm.googleapis.com/send/1",
    "https://fcm.googleapis.com:8443/send/1",
    "https://fcm.googleapis.com:0/send/1",
    "https://ben@fcm.googleapis.com/send/1",
    "https://fcm.googleapis.com.example.org/send/1",
    "https://push.apple.com.evil.example/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://localhost/",
    "//fcm.googleapis.com/send/1",
    "https://fcm.googleapis.com/" + "x" * 1024,
    "https://fcm.googleapis.com/ö",
    "https://fcm.googleapis.com/a\nb",
    "https://[",
    "",
)


KEYS = (
    {"auth": "AAAA"},
    {"auth": GOOD["keys"]["auth"] + "AA"},
    {"auth": 1},
    {"p256dh": GOOD["keys"]["p256dh"][:-4]},
    {"p256dh": "B" + "A" * 86},  # no point on the curve
    {"p256dh": "+" + GOOD["keys"]["p256dh"][1:]},
)


async def test_no_other_subscription_is_taken(ben: Person) -> None:
    wrong: list[dict[str, Any]] = [{}, {"endpoint": GOOD["endpoint"]}, GOOD | {"endpoint": 1}]
    wrong += [GOOD | {"keys": None}, GOOD | {"keys": {}}]
    wrong += [GOOD | {"endpoint": endpoint} for endpoint in ENDPOINTS]
    wrong += [GOOD | {"keys": GOOD["keys"] | keys} for keys in KEYS]
    for fields in wrong:
        assert await subscribes(ben, fields) == (400, "bad_subscription"), fields
    assert await subscribes(ben, []) == (400, "bad_frame")
    assert not await is_subscribed(ben)
    padded = {"p256dh": GOOD["keys"]["p256dh"] + "=", "auth": GOOD["keys"]["auth"] + "=="}
    assert await subscribes(ben, GOOD | {"keys": padded}) == (204, "")


async def test_private_addresses_are_refused_where_any_host_is_allowed(serve: Serve) -> None:
    url = await serve(**SETTINGS | {"push_hosts": ("*",)})
    private = [endpoint for endpoint in ENDPOINTS if re.search(r"//([\d\[]|localhost)", endpoint)]
    async with Person(url, "Ben") as ben:
        await ben.sign_up()
        for endpoint in (*private, "https://10.0.0.1/", "https://127.1/", "https://intranet/"):
            assert await subscribes(ben, GOOD | {"endpoint": endpoint}) == (400, "bad_subscription"), endpoint
        assert await subscribes(ben, GOOD | {"endpoint": "https://push.example.org:443/1"}) == (204, "")


async def test_a_service_of_ones_own_is_named_with_its_port_also_with_the_usual_one(serve: Serve) -> None:
    url = await serve(**SETTINGS | {"push_hosts": ("push.lan:443", "localhost:80", "127.0.0.1:8443")})
    async with Person(url, "Ben") as ben:
        await ben.sign_up()
        for endpoint in (
            "https://push.lan/1",
            "https://push.lan:443/1",
            "http://localhost/1",
            "https://127.0.0.1:8443/1",
        ):
            assert await subscribes(ben, PushBrowser().subscription | {"endpoint": endpoint}) == (204, ""), endpoint
        for endpoint in ("https://push.lan:8443/1", "http://push.lan/1", "https://localhost/1", "https://127.0.0.1/1"):
            assert await subscribes(ben, GOOD | {"endpoint": endpoint}) == (400, "bad_subscription"), endpoint


async def test_the_eleventh_browser_replaces_the_one_registered_first(ben: Person) -> None:
    first = PushBrowser()
    others = [PushBrowser() for _ in range(10)]
    await subscribes(ben, first.subscription)
    browsers = []
    for other in others:
        async with Person(ben.url, "Ben") as browser:
            await browser.sign_in()
            await subscribes(browser, other.subscription)
            browsers.append(await is_subscribed(browser))
    assert browsers == [True] * 10
    assert not await is_subscribed(ben)


async def test_a_known_endpoint_passes_to_another_session_with_the_same_keys_only(
    ben: Person, cleo: Person, phone: Person
) -> None:
    browser = PushBrowser()
    await subscribes(ben, browser.subscription)
    stolen = deepcopy(browser.subscription)
    stolen["keys"] = PushBrowser().subscription["keys"]
    assert await subscribes(cleo, stolen) == (400, "bad_subscription")
    assert await is_subscribed(ben)
    assert await subscribes(cleo, browser.subscription) == (204, "")
    assert (await is_subscribed(cleo), await is_subscribed(ben), await is_subscribed(phone)) == (True, False, True)


async def test_signing_out_ends_this_browsers_subscription_alone(ben: Person, phone: Person, database_url: str) -> None:
    await subscribes(ben, PushBrowser().subscription)
    await ben.sign_out()
    assert execute(database_url, "select count(*) from push_subscriptions") == [(1,)]
    assert await is_subscribed(phone)


async def test_signing_out_ends_it_also_after_the_session_ran_out(
    ben: Person, config: Config, database_url: str
) -> None:
    await subscribes(ben, PushBrowser().subscription)
    token = (await ben.get("/messages/")).field("csrf_token")
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.delete(key_of(config, token_of(ben)))
    assert (await ben.get("/messages/")).status == 303
    assert (await ben.post_raw("/messages/sign-out/", {"csrf_token": token})).status == 303
    assert execute(database_url, "select 1 from push_subscriptions") == []


async def test_a_session_ended_on_the_account_page_is_subscribed_no_more(
    ben: Person, phone: Person, database_url: str
) -> None:
    assert await is_subscribed(phone)
    await ben.post("/messages/account/sessions/", end="others", sessions_password=PASSWORD, page="/messages/account/")
    assert execute(database_url, "select count(*) from push_subscriptions") == [(0,)]


@pytest.mark.parametrize("command", [["end-sessions", "Ben"], ["end-sessions", "--all"], ["disable", "Ben"]], ids=str)
async def test_the_terminal_ends_subscriptions_also_of_sessions_that_ran_out(
    phone: Person, config: Config, database_url: str, command: list[str]
) -> None:
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.delete(key_of(config, token_of(phone)))
    assert execute(database_url, "select count(*) from push_subscriptions") == [(1,)]  # it only ran out
    code, _, _ = await chatserver(config, "user", *command)
    assert code == 0
    assert execute(database_url, "select count(*) from push_subscriptions") == [(0,)]


async def test_a_deleted_account_leaves_nothing(ben: Person, phone: Person, database_url: str) -> None:
    assert phone.name == "Ben"
    await ben.post("/messages/notifications/", preview="name")
    await ben.post("/messages/account/delete/", page="/messages/account/", delete_password=PASSWORD)
    for table in ("push_subscriptions", "notification_choices"):
        assert execute(database_url, f"select count(*) from {table}") == [(0,)], table


async def test_another_person_in_the_browser_ends_it_and_the_same_one_goes_on(
    phone: Person, cleo: Person, config: Config, database_url: str
) -> None:
    """Also after the session ran out, which ends nothing."""
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.delete(key_of(config, token_of(phone)))
    assert (await phone.get("/messages/push")).status == 401
    await phone.sign_in()
    assert await is_subscribed(phone)
    phone.name = cleo.name
    await phone.sign_in()
    assert execute(database_url, "select count(*) from push_subscriptions") == [(0,)]


async def test_a_new_password_keeps_this_browser_and_ends_the_others(ben: Person, phone: Person) -> None:
    await subscribes(ben, PushBrowser().subscription)
    fields = {"current_password": PASSWORD, "new_password": "one for the road"}
    answer = await ben.post("/messages/account/password/", page="/messages/account/", **fields)
    assert answer.status == 303
    assert await is_subscribed(ben)
    assert (await phone.get("/messages/push")).status == 401
    await phone.sign_in("one for the road")
    assert not await is_subscribed(phone)


async def test_the_page_changes_one_thing_at_a_time(ben: Person, phone: Person) -> None:
    async def says(**fields: str) -> tuple[int, str]:
        answer = await ben.post("/messages/notifications/", **fields)
        return answer.status, answer.headers.get("Location", "").partition("?done=")[2]

    assert phone.name == "Ben"
    bad = [{}, {"preview": "all"}, {"preview": "name", "test": "yes"}, {"test": "no"}, {"end": "x"}, {"theme": "dark"}]
    for fields in bad:
        assert await says(**fields) == (400, ""), fields
    assert await says(preview="nothing") == (303, "saved")
    shown = (await ben.get("/messages/notifications/")).text
    assert 'value="nothing" checked' in shown
    assert await says(test="yes") == (303, "test")
    shown = (await ben.get("/messages/notifications/")).text
    assert await says(end=shown.partition('name="end" value="')[2].partition('"')[0]) == (303, "ended")
    assert await says(test="yes") == (303, "no_subscription")


async def test_without_keys_nothing_is_offered(serve: Serve) -> None:
    async with Person(await serve(), "Ben") as ben:
        await ben.sign_up()
        assert await ben.json("/messages/push") == {"key": None, "subscribed": False}
        assert await subscribes(ben, PushBrowser().subscription) == (400, "bad_subscription")
        assert "aren’t set up" in (await ben.get("/messages/notifications/")).text
