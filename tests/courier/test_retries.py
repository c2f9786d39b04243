"""The shop is slow, away, or says no: nothing is lost, and nobody else waits."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from chatserver.config.settings import Config
from chatserver.courier.webhooks.hooks import turn_on_webhook
from chatserver.courier.webhooks.retries import PAUSES, pause
from chatserver.database import client as db
from tests.support.changing import Changes
from tests.support.commands import chatserver
from tests.support.database import execute, holds
from tests.support.people import Person
from tests.support.receivers import Receiver, courier, hook_at, told_to

FAILED = "select 1 from webhook_positions where event is not null and claim is null"
IS_OFF = "select 1 from webhooks where off_at is not null"
WAITS = "select extract(epoch from due_at - first_tried_at)::float8 from webhook_positions"
IS_AGED = f"interval '{120 * 3600 + 1} seconds'"


def later(status: int) -> web.Response:
    """An answer after which nothing is tried again by itself while a test runs."""
    return web.Response(status=status, headers={"Retry-After": "3600"})


async def turned_on(config: Config, hook: int) -> None:
    """Has everything that failed be tried at once, as `webhook on` does."""
    database = await db.connect(str(config.database_url), 1, 0)
    assert await turn_on_webhook(database, hook)
    await database.close()


async def test_an_event_that_is_not_accepted_holds_up_its_thread_and_no_other(
    ana: Person, ben: Person, cleo: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    hook, _ = await hook_at(config, shop)
    shop.answers = [later(500)]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "two")
        await shop.hears(1)
        await holds(str(config.database_url), FAILED)
        await changes.sends(ben, chat, "three")
        await cleo.writes_to(ana, "elsewhere")
        await shop.hears(2)
        await turned_on(config, hook)
        heard = await shop.hears(4)
    assert [each.data["text"] for each in heard] == ["two", "elsewhere", "two", "three"]
    first, again = heard[0], heard[2]
    assert first.id == again.id
    assert first.raw == again.raw


async def test_a_retry_tells_how_it_is_by_then(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    hook, _ = await hook_at(config, shop)
    shop.answers = [later(503)]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "a slip")
        await holds(str(config.database_url), FAILED)
        await changes.deletes(ben, chat, 2)
        await turned_on(config, hook)
        first, again, deleted = await shop.hears(3)
    assert first.data["text"] == "a slip"
    assert (again.id, again.data["text"]) == (first.id, "")
    assert deleted.data["deleted"] == again.data["deleted"]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (500, "status 500"),
        (301, "status 301"),
        (None, "no answer within 0.3 s"),
        (web.Response(status=307, headers={"Location": "/elsewhere"}), "status 307"),
        (web.Response(status=404, body=b"x" * 10_000_000), "status 404"),
    ],
    ids=("error", "redirect", "never", "redirect with address", "long"),
)
async def test_everything_but_a_success_is_a_failure(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes, answer: int | None, failure: str
) -> None:
    await hook_at(config, shop)
    shop.answers = [answer]
    async with courier(told_to(config, shop, webhook_timeout=0.3 if answer is None else 60.0)):
        await changes.sends(ben, chat, "two")
        await holds(str(config.database_url), FAILED)
    assert [each.path for each in shop.heard] == ["/hook"]
    assert execute(str(config.database_url), "select failure from webhooks") == [(failure,)]


async def test_a_success_with_an_endless_answer_is_a_success(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    shop.answers = [web.Response(status=200, body=b"x" * 10_000_000)]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "two")
        await changes.sends(ben, chat, "three")
        assert [each.data["seq"] for each in await shop.hears(2)] == [2, 3]


def test_the_pauses_grow_to_a_day_and_are_spread() -> None:
    assert PAUSES == (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
    for tries, planned in [*enumerate(PAUSES, 1), (10, 86_400), (1000, 86_400)]:
        found = {pause(tries, 0) for _ in range(50)}
        assert planned * 0.9 <= min(found) < max(found) <= planned * 1.1
    assert pause(1, 3600.0) == 3600
    assert pause(9, 60.0) > 60


async def test_a_receiver_says_when_to_try_again(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    answers = {"1800": 1800, in_an_hour: 3600, "9" * 300: 86_400, "0": 5, "soon": 5, "-7": 5}
    await changes.sends(ben, chat, "two")
    for number, (header, seconds) in enumerate(answers.items(), 1):
        shop.answers = [web.Response(status=429, headers={"Retry-After": header})]
        execute(str(config.database_url), "update webhook_positions set due_at = now(), event = null, tries = 0")
        async with courier(told_to(config, shop)):
            await shop.hears(number)
            await holds(str(config.database_url), FAILED)
        [(wait,)] = execute(str(config.database_url), WAITS)
        assert seconds * 0.9 - 1 < wait <= seconds * 1.1, header


async def test_an_event_is_dropped_after_120_hours_and_listed_and_its_thread_goes_on(
    ana: Person, ben: Person, cleo: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    hook, _ = await hook_at(config, shop)
    shop.answers = [later(400), 204, 400]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "cursed")
        await holds(str(config.database_url), FAILED)
        await cleo.writes_to(ana, "accepted")
        await shop.hears(2)
        await changes.sends(ben, chat, "three")
        execute(
            str(config.database_url),
            f"update webhook_positions set first_tried_at = first_tried_at - {IS_AGED}, due_at = now() where tries = 1",
        )
        heard = await shop.hears(4)
    assert [each.data["text"] for each in heard] == ["cursed", "accepted", "cursed", "three"]
    code, printed, _ = await chatserver(config, "webhook", "list")
    assert code == 0
    assert '"on": true' in printed
    assert f'"dropped": [{{"id": "msg_{hook}_{chat}_m2", ' in printed
    assert '"failure": "status 400"}]' in printed


async def test_a_receiver_that_accepts_nothing_for_120_hours_is_turned_off_and_goes_on_where_it_stopped(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    hook, _ = await hook_at(config, shop)
    shop.answers = [later(500), 500]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "two")
        await holds(str(config.database_url), FAILED)
        execute(
            str(config.database_url),
            f"update webhooks set failing_since = failing_since - {IS_AGED};"
            f"update webhook_positions set first_tried_at = first_tried_at - {IS_AGED}, due_at = now()",
        )
        await holds(str(config.database_url), IS_OFF)
        await changes.sends(ben, chat, "three")
        assert len(shop.heard) == 2
        await turned_on(config, hook)
        heard = await shop.hears(4)
    assert [each.data["text"] for each in heard] == ["two", "two", "two", "three"]
    assert execute(str(config.database_url), "select * from webhook_drops") == []


async def test_a_receiver_that_is_gone_is_turned_off_at_once(
    ana: Person, ben: Person, cleo: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    hook, _ = await hook_at(config, shop)
    shop.answers = [410]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "two")
        await holds(str(config.database_url), IS_OFF)
        await cleo.writes_to(ana, "meanwhile")  # in a thread that this courier has not looked at
        code, printed, _ = await chatserver(config, "webhook", "list")
        assert code == 0
        assert '"on": false' in printed
        assert len(shop.heard) == 1
        await turned_on(config, hook)
        heard = await shop.hears(3)
    assert {each.data["text"] for each in heard[1:]} == {"two", "meanwhile"}


async def test_a_webhook_that_never_answers_keeps_no_other_waiting(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    async with Receiver() as stuck:
        await hook_at(config, stuck)
        await hook_at(config, shop)
        stuck.answers = [None] * 30
        async with courier(told_to(config, shop, stuck)):
            for number in range(2, 5):
                await changes.sends(ben, chat, f"message {number}")
            assert [each.data["seq"] for each in await shop.hears(3)] == [2, 3, 4]
            await stuck.hears(1)
    assert len(stuck.heard) == 1  # one at a time in a thread


async def test_what_a_killed_courier_had_claimed_goes_on_when_the_claim_has_run_out(
    ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    shop.answers = [None]
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "two")
        await shop.hears(1)
        claimed = execute(str(config.database_url), "select claim::text, due_at::text from webhook_positions")[0]
    # Killed, it would have ended nothing.
    execute(str(config.database_url), f"update webhook_positions set claim = '{claimed[0]}', due_at = '{claimed[1]}'")
    async with courier(told_to(config, shop)):
        await changes.sends(ben, chat, "three")
        execute(str(config.database_url), "update webhook_positions set due_at = clock_timestamp()")
        heard = await shop.hears(3)
    assert [each.data["text"] for each in heard] == ["two", "two", "three"]
