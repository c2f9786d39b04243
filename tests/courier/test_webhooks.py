"""The shop is told what is said: signed, in order, as it is at that moment."""

import asyncio
from dataclasses import replace

import pytest

from chatserver.config.settings import Config
from tests.support.changing import Changes
from tests.support.commands import chatserver
from tests.support.database import execute, holds
from tests.support.grouping import changes_group, group_of
from tests.support.people import PATIENCE, Person
from tests.support.receivers import Receiver, courier, hook_at, told_to, verified


async def test_a_message_is_told_with_who_takes_part_and_a_signature(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver
) -> None:
    hook, secret = await hook_at(config, shop)
    await ana.writes_to(ben, "Hello Ben")
    async with courier(told_to(config, shop)):
        (heard,) = await shop.hears(1)
    event = verified(heard, secret)
    assert heard.id == f"msg_{hook}_{chat}_m2"
    assert heard.headers["content-type"] == "application/json"
    assert event.keys() == {"type", "timestamp", "data"}
    told = event["data"]
    assert event["type"] == told["type"] == "message"
    assert event["timestamp"] == told["at"]
    assert (told["thread"], told["seq"], told["text"], told["key"]) == (chat, 2, "Hello Ben", None)
    assert told["sender"] == {"id": ana.id, "name": "Ana", "sub": "ana-1"}
    assert told["participants"] == [{"id": ana.id, "sub": "ana-1"}, {"id": ben.id, "sub": None}]


async def test_without_texts_only_what_happened_is_told(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop, texts=False)
    await changes.sends(ana, chat, "a secret")
    await changes.edits(ana, chat, 1, "another secret")
    await ben.post(f"/messages/chat/{chat}/", message="a third", client_id="f0f1ba3d-5f0c-4a9f-b3c5-2a2f9ea8c8a1")
    async with courier(told_to(config, shop)):
        heard = await shop.hears(3)
    assert not any(b"secret" in each.raw or b"third" in each.raw for each in heard)
    assert [each.event["type"] for each in heard] == ["message", "changed", "message"]
    assert all("text" not in each.data for each in heard)


async def test_what_happens_in_a_thread_is_told_in_order_and_as_it_is_by_then(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    await changes.sends(ben, chat, "two")
    await changes.edits(ana, chat, 1, "once")  # change 1, which the next one supersedes
    await changes.edits(ana, chat, 1, "twice", 1)
    await changes.sends(ana, chat, "a slip")
    await changes.deletes(ana, chat, 3)
    await changes.reacts(ana, chat, 2, "👍")
    async with courier(told_to(config, shop)):
        heard = await shop.hears(5)
    told = [each.data for each in heard]
    assert [(each["type"], each["seq"], each.get("change")) for each in told] == [
        ("message", 2, 4),
        ("changed", 1, 2),
        ("message", 3, 3),
        ("changed", 3, 3),
        ("changed", 2, 4),
    ]
    assert told[1]["text"] == "twice"
    assert told[2]["text"] == ""
    assert "slip" not in str(told)
    assert told[4]["reactions"] == {"👍": [ana.id]}
    times = [each.event["timestamp"] for each in heard]
    assert times == sorted(times)


async def test_a_group_is_told_with_its_notes_and_whoever_is_deleted_has_no_sub(
    ana: Person, ben: Person, cleo: Person, chat: int, config: Config, shop: Receiver
) -> None:
    await hook_at(config, shop, "note")
    group = await group_of(ana, "Ben", title="Holidays", message="Hello all")
    await changes_group(ana, group, add="Cleo")
    await changes_group(cleo, group, leave="yes")
    code, _, errors = await chatserver(config, "user", "erase", "Ana", "--yes")
    assert code == 0, errors
    async with courier(told_to(config, shop)):
        heard = await shop.hears(5)
    told = [each.data for each in heard]
    assert [each["kind"] for each in told] == ["created", "added", "left", "owner", "left"]
    assert [each["change"] for each in told] == sorted(each["change"] for each in told)
    assert heard[0].id.endswith(f"_{group}_c{told[0]['change']}")
    assert told[1]["by"] == {"id": ana.id, "name": "", "sub": None}
    assert told[1]["people"] == [{"id": cleo.id, "name": "Cleo", "sub": None}]
    assert all(each["participants"] == [{"id": ben.id, "sub": None}] for each in told)


async def test_a_webhook_begins_with_what_comes_after_it_and_imported_messages_are_not_told(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await changes.edits(ana, chat, 1, "edited before")
    await hook_at(config, shop)
    for text in ("imported", "also", "new"):
        await changes.sends(ben, chat, text)
    execute(str(config.database_url), "update messages set flags = 4 where seq in (2, 3)")
    async with courier(told_to(config, shop)):
        await shop.hears(1)
        await changes.sends(ben, chat, "and another")
        heard = await shop.hears(2)
    assert [each.data["text"] for each in heard] == ["new", "and another"]


async def test_only_imported_messages_leave_nothing_to_do(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    await changes.sends(ben, chat, "imported")
    execute(str(config.database_url), "update messages set flags = 4 where seq = 2")
    async with courier(told_to(config, shop)):
        await settled(config, chat, 2)
    assert shop.heard == []


async def settled(config: Config, thread: int, seq: int) -> None:
    """Waits until a webhook has been told all of a thread up to a message."""
    await holds(
        str(config.database_url),
        f"select 1 from webhook_positions where thread_id = {thread} and due_at is null and seq = {seq}",
    )


async def test_what_is_told_waits_for_no_disk_for_which_messages_wait(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver
) -> None:
    url = str(config.database_url)
    await hook_at(config, shop)
    execute(
        url,
        """create table commits (how text);
        create function note_commit() returns trigger language plpgsql as $$ begin
            insert into commits values (current_setting('synchronous_commit'));
            return null;
        end $$;
        create trigger note_commit after update of seq on webhook_positions
        for each row when (new.seq > old.seq) execute function note_commit();""",
    )
    try:
        await ana.writes_to(ben, "Hello Ben")
        async with courier(told_to(config, shop)):
            await shop.hears(1)
            await holds(url, "select 1 from commits")
        assert execute(url, "select how from commits") == [("off",)]
    finally:
        execute(url, "drop trigger note_commit on webhook_positions; drop function note_commit; drop table commits")


async def test_two_couriers_share_the_work_and_do_nothing_twice(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, changes: Changes
) -> None:
    await hook_at(config, shop)
    groups = [await group_of(ana, "Ben", title=f"group {number}") for number in range(12)]
    async with courier(told_to(config, shop)), courier(told_to(config, shop)):
        for number in range(5):
            for group in groups:
                await changes.sends(ben, group, f"message {number}")
        heard = await shop.hears(6 * len(groups))
        for group in groups:
            await settled(config, group, 5)
    ids = [each.id for each in heard]
    assert len(set(ids)) == len(ids) == 6 * len(groups)
    for group in groups:
        seqs = [each.data["seq"] for each in heard if each.data["thread"] == group and "seq" in each.data]
        assert seqs == [1, 2, 3, 4, 5]


async def test_after_rotation_both_secrets_sign_for_a_day(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver
) -> None:
    hook, first = await hook_at(config, shop)
    code, printed, _ = await chatserver(config, "webhook", "rotate", str(hook))
    assert code == 0
    second = printed.partition('"secret": "')[2].partition('"')[0]
    await ana.writes_to(ben, "signed twice")
    async with courier(told_to(config, shop)):
        (both,) = await shop.hears(1)
        assert verified(both, first) == verified(both, second)
        execute(str(config.database_url), "update webhooks set former_until = clock_timestamp()")
        await ana.writes_to(ben, "signed once")
        _, one = await shop.hears(2)
    verified(one, second)
    assert len(one.headers["webhook-signature"].split()) == 1


async def test_the_copy_of_a_site_sends_nothing_until_it_is_adopted(
    ana: Person, ben: Person, chat: int, config: Config, shop: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    await hook_at(config, shop)
    async with courier(told_to(config, shop)):
        await ana.writes_to(ben, "one")
        await shop.hears(1)
    copy = replace(config, origins=("https://copy.example.org",))
    await ana.writes_to(ben, "two")
    async with courier(told_to(copy, shop)):
        async with asyncio.timeout(PATIENCE):
            while "nothing is sent: This database belongs to" not in caplog.text:
                await asyncio.sleep(0.01)
        code, _, errors = await chatserver(copy, "check", ORIGINS=copy.origins[0])
    assert len(shop.heard) == 1
    assert code == 1
    assert config.origins[0] in errors
    assert "adopt --copy" in errors
    async with courier(told_to(copy, shop)):
        code, printed, errors = await chatserver(copy, "adopt", ORIGINS=copy.origins[0])
        assert (code, printed) == (0, '{"origin": "https://copy.example.org"}\n'), errors
        heard = await shop.hears(2)
    assert heard[1].data["text"] == "two"
    known = execute(str(config.database_url), "select count(*) from identities")[0][0]
    assert known == 1
    execute(str(config.database_url), "update identities set email = 'ana@example.org'")
    code, printed, errors = await chatserver(config, "adopt", "--copy", ORIGINS=config.origins[0])
    assert code == 0, errors
    assert f'"origin": "{config.origins[0]}"' in printed
    assert '"webhooks": 1' in printed
    assert '"addresses": 1' in printed
    assert (await chatserver(config, "webhook", "list"))[1] == '{"webhooks": []}\n'
