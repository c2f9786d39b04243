"""Ben is told what he has not read: once, on each of his browsers, and of nothing that is not his to know."""

from typing import Any

import pytest
from redis.asyncio import Redis

from chatserver.config.settings import Config
from tests.courier.push.conftest import Couriers
from tests.support.commands import thread
from tests.support.database import execute, holds, sending_slowly
from tests.support.people import Person
from tests.support.push_service import PushService
from tests.support.pushing import PushBrowser, subscribes
from tests.support.sessions import key_of, token_of

NOTHING_DUE = "select 1 where not exists (select from pushes where due_at is not null)"


async def test_ben_is_pushed_what_he_has_not_read(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers
) -> None:
    assert bens
    chat = await ana.writes_to(ben, "Are you *there*? **Hello** _Ben_")
    async with courier():
        push = await service.next()
    assert push.read == {
        "thread": chat,
        "title": "Ana",
        "text": "Are you *there*? Hello Ben",
        "seq": 1,
        "unread": 1,
        "url": f"/messages/chat/{chat}/",
        "language": "en",
    }


async def test_in_a_group_the_text_says_who_writes(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    group = (await thread(config, "create", "Ana", "Ben", "Cleo", "--title", "Trip"))["id"]
    socket = await cleo.socket()
    await socket.sends(group, "😀" * 500)
    await socket.receives("sent")
    async with courier():
        read = (await service.next()).read
    assert (read["title"], read["text"]) == ("Trip", "Cleo: " + "😀" * 194)
    assert (ana.name, ben.name) == ("Ana", "Ben")


@pytest.mark.parametrize(("preview", "shown"), [("name", {"title"}), ("nothing", set())])
async def test_a_push_shows_what_ben_has_chosen(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    preview: str,
    shown: set[str],
) -> None:
    assert bens
    await ben.post("/messages/notifications/", preview=preview)
    await ana.writes_to(ben, "a secret")
    async with courier():
        assert (await service.next()).read.keys() & {"title", "text"} == shown


async def test_what_was_read_deleted_muted_or_left_is_not_pushed(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    """Nor one's own, nor what came before the browser subscribed; only the last message reaches the browser."""
    assert bens
    read = await ana.writes_to(ben, "read")
    await ben.post(f"/messages/chat/{read}/read/", page="/messages/", seq="1")
    left = (await thread(config, "create", "Ana", "Ben"))["id"]
    assert left == read  # the two have one thread
    group = (await thread(config, "create", "Ana", "Ben", "--title", "Left"))["id"]
    socket = await ana.socket()
    await socket.sends(group, "left")
    await socket.receives("sent")
    await thread(config, "remove", str(group), "Ben")
    other = (await thread(config, "create", "Ana", "Ben", "--title", "Deleted"))["id"]
    await socket.sends(other, "deleted")
    await socket.receives("sent", thread=other)
    await socket.deletes(other, 1)
    await socket.receives("done")
    muted = await cleo.writes_to(ben, "muted")
    await ben.post(f"/messages/chat/{muted}/mute/", page="/messages/", until="always")
    bens_own = await ben.socket()
    await bens_own.sends(read, "my own")
    await bens_own.receives("sent")
    async with courier():
        await socket.sends(other, "the last")
        assert (await service.next()).read["text"] == "Ana: the last"
        await holds(str(config.database_url), NOTHING_DUE)
    assert service.taken == 1


async def test_what_was_muted_after_it_was_due_is_not_pushed(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    database_url = str(config.database_url)
    execute(database_url, "update push_subscriptions set retry_at = now() + interval '1 hour'")
    chat = await ana.writes_to(ben)
    async with courier():
        await holds(database_url, "select 1 from pushes where due_at < now()")
        await ben.post(f"/messages/chat/{chat}/mute/", page="/messages/", until="8h")
        execute(database_url, "update push_subscriptions set retry_at = null")
        await holds(database_url, NOTHING_DUE)
    assert service.taken == 0


async def test_of_two_couriers_one_pushes_and_another_what_a_dead_one_left(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    database_url = str(config.database_url)
    await subscribes(cleo, service.browser().subscription)
    chat = await ana.writes_to(ben, "first")
    async with courier(), courier(), courier():
        await service.next()
        await holds(database_url, NOTHING_DUE)
    assert service.taken == 1
    await ana.writes_to(ben, "second")
    execute(  # as a courier leaves it that dies while it pushes
        database_url,
        "update pushes set due_at = now(), sent_at = sent_at - interval '15 seconds',"
        " claim = gen_random_uuid(), claimed_until = now() + interval '1 minute'",
    )
    async with courier():
        other = await ana.writes_to(cleo, "to Cleo")
        assert (await service.next()).read["text"] == "to Cleo"
        await holds(database_url, f"select 1 from pushes where thread_id = {other} and seq = 1")
        assert service.taken == 2  # and Ben's, which was due before, is not
        execute(database_url, f"update pushes set claimed_until = now() - interval '1 second' where thread_id = {chat}")
        assert (await service.next()).read["text"] == "second"


async def test_a_thread_is_pushed_again_after_a_pause_and_only_for_newer_messages(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    database_url = str(config.database_url)
    await ana.writes_to(ben, "first")
    async with courier():
        assert (await service.next()).read["text"] == "first"
        await holds(database_url, NOTHING_DUE)
        await ana.writes_to(ben, "second")
        await holds(database_url, "select 1 from pushes where due_at = sent_at + interval '15 seconds'")
        execute(database_url, "update pushes set due_at = now()")
        assert (await service.next()).read["text"] == "second"
        await holds(database_url, NOTHING_DUE)
    assert service.taken == 2


async def test_what_is_committed_after_a_look_is_pushed_by_a_later_one(
    ana: Person, ben: Person, cleo: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    await subscribes(cleo, service.browser().subscription)
    chat = await ana.writes_to(ben, "first")
    async with courier():
        await service.next()
        with sending_slowly(str(config.database_url), chat, ana.id):
            await ana.writes_to(cleo, "meanwhile")
            assert (await service.next()).read["text"] == "meanwhile"
            await holds(str(config.database_url), "select 1 from pushes where seq = 1 and due_at is null")
        await holds(
            str(config.database_url),
            f"select 1 from pushes where thread_id = {chat} and (seq = 2 or due_at is not null)",
        )


async def test_a_delay_lets_ben_read_first(
    ana: Person,
    ben: Person,
    bens: PushBrowser,
    service: PushService,
    courier: Couriers,
    config: Config,
    settings: dict[str, Any],
) -> None:
    assert bens
    settings["push_delay"] = 600
    database_url = str(config.database_url)
    chat = await ana.writes_to(ben)
    async with courier():
        await holds(database_url, "select 1 from pushes where due_at > now()")
    await ben.post(f"/messages/chat/{chat}/read/", page="/messages/", seq="1")
    execute(database_url, "update pushes set due_at = now()")
    async with courier():
        await holds(database_url, NOTHING_DUE)
    assert service.taken == 0


async def test_a_clock_that_was_set_back_delays_nothing(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    database_url = str(config.database_url)
    await ana.writes_to(ben)
    async with courier():
        await service.next()
        await holds(database_url, NOTHING_DUE)
    later = "now() + interval '2 days'"
    execute(database_url, f"update push_subscriptions set made_at = {later}, retry_at = {later}")
    execute(database_url, f"update pushes set sent_at = {later}, claim = gen_random_uuid(), claimed_until = {later}")
    await ana.writes_to(ben, "an hour earlier")
    async with courier():
        assert (await service.next()).read["text"] == "an hour earlier"


async def test_a_session_that_ran_out_is_told_without_names_for_a_month(
    ana: Person, ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    database_url = str(config.database_url)
    async with Redis.from_url(str(config.redis_url)) as redis:
        await redis.delete(key_of(config, token_of(ben)))
    await ana.writes_to(ben, "a secret")
    async with courier():
        assert (await service.next()).read.keys() == {"thread", "seq", "unread", "url", "language"}
        await holds(database_url, NOTHING_DUE)
        execute(database_url, "update push_subscriptions set visited_at = now() - interval '31 days'")
        execute(database_url, "update pushes set sent_at = sent_at - interval '15 seconds'")
        await ana.writes_to(ben, "another")
        await holds(database_url, "select 1 where not exists (select from push_subscriptions)")
    assert service.taken == 1


async def test_ben_asks_for_one_now(
    ben: Person, bens: PushBrowser, service: PushService, courier: Couriers, config: Config
) -> None:
    assert bens
    await ben.post("/messages/notifications/", test="yes")
    async with courier():
        read = (await service.next()).read
        await holds(str(config.database_url), "select 1 from push_subscriptions where trial_at is null")
    assert read["text"] == "Notifications work in this browser."
    assert service.taken == 1
