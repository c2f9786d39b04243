"""What push services answer: a browser that is gone, one to ask again later, one that hangs."""

import asyncio

import pytest

from chatserver.config.settings import Config
from chatserver.courier.push import delivery
from chatserver.courier.push.outcomes import LONGEST_WAIT, outcome_of
from tests.courier.push.conftest import Couriers
from tests.support.database import execute, holds
from tests.support.people import PATIENCE, Person
from tests.support.push_service import PushService
from tests.support.pushing import PushBrowser, is_subscribed, subscribes


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_subscribed_no_more(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config, status: int
) -> None:
    assert bens
    service.status = status
    await ana.writes_to(ben)
    async with courier():
        await holds(str(config.database_url), "select 1 where not exists (select from push_subscriptions)")
    assert not await is_subscribed(ben)


@pytest.mark.parametrize(
    ("status", "headers", "failure", "wait"),
    [
        (503, {}, "busy", 10),
        (429, {"Retry-After": "600"}, "busy", 600),
        (403, {}, "refused", 3600),
        (307, {"Location": "/elsewhere"}, "refused", 3600),
    ],
)
async def test_a_service_that_refuses_is_asked_again_later_and_the_page_says_why(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    config: Config,
    status: int,
    headers: dict[str, str],
    failure: str,
    wait: float,
) -> None:
    assert bens
    database_url = str(config.database_url)
    service.status, service.headers = status, headers
    await ana.writes_to(ben, "Hello")
    async with courier():
        told = f"failure = '{failure}' and retry_at >= failed_at + interval '{wait} seconds'"
        await holds(database_url, f"select 1 from push_subscriptions where {told}")
        assert "The push service of this browser" in (await ben.get("/messages/notifications/")).text
        service.status = 201
        execute(database_url, "update push_subscriptions set retry_at = now()")
        assert (await service.next()).read["text"] == "Hello"
        await holds(database_url, "select 1 from push_subscriptions where failure is null and tries = 0")


async def test_a_service_that_never_answers_is_asked_again_later(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert bens
    service.waits.clear()
    await ana.writes_to(ben)
    monkeypatch.setattr(delivery, "TIMEOUT", 0.2)
    async with courier():
        await holds(
            str(config.database_url),
            "select 1 from push_subscriptions"
            " where failure = 'unreachable' and retry_at >= failed_at + interval '10 seconds'",
        )
    service.waits.set()


async def test_an_answer_of_ten_megabytes_is_an_answer_like_any_other(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    service.body = b"x" * 10_000_000
    await ana.writes_to(ben)
    async with courier():
        await service.next()
        await holds(str(config.database_url), "select 1 from pushes where seq = 1 and due_at is null")
    assert service.taken == 1
    assert not execute(str(config.database_url), "select 1 from push_subscriptions where failure is not null")


async def test_what_is_too_long_for_a_service_comes_without_its_text(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers
) -> None:
    assert bens
    service.most = 500
    await ana.writes_to(ben, "😀" * 200)
    async with courier():
        read = (await service.next()).read
    assert (read["title"], "text" in read, service.taken) == ("Ana", False, 2)


async def test_an_endpoint_that_cannot_be_read_keeps_nobody_waiting(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    await subscribes(cleo, service.browser().subscription)
    unreadable = "endpoint = 'https://xn--a.notify.windows.com/x'"
    execute(str(config.database_url), f"update push_subscriptions set {unreadable} where user_id = {cleo.id}")
    for person in (cleo, ben):
        await ana.writes_to(person, f"to {person.name}")
    async with courier():
        assert (await service.next()).read["text"] == "to Ben"
        await holds(str(config.database_url), f"select 1 from push_subscriptions where {unreadable} and tries > 0")
    assert service.taken == 1


def test_waits_end_at_an_hour_however_often_a_service_failed() -> None:
    assert outcome_of(None, 1, 5000).wait == LONGEST_WAIT


async def test_a_push_of_one_service_that_hangs_keeps_nobody_waiting(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers
) -> None:
    assert bens
    await subscribes(cleo, service.browser().subscription)
    service.waits.clear()
    async with courier(), asyncio.timeout(PATIENCE):
        await ana.writes_to(ben, "to Ben")
        while not service.taken:
            await asyncio.sleep(0.01)
        await ana.writes_to(cleo, "to Cleo")
        while service.taken < 2:
            await asyncio.sleep(0.01)
        service.waits.set()
        assert {(await service.next()).read["text"] for _ in range(2)} == {"to Ben", "to Cleo"}
