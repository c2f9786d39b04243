"""A group is made once, of people who let themselves be added."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.errors import ChatError
from tests.conversations.groups.conftest import another_process
from tests.support.database import execute, stored
from tests.support.grouping import group_of
from tests.support.people import Person


async def test_made_again_it_is_the_same_group_and_nobody_is_added_twice(
    ana: Person, ben: Person, cleo: Person, groups: Groups, config: Config
) -> None:
    id, new = str(uuid4()), NewGroup("Holidays", [ben.id, cleo.id, ana.id, ben.id])
    made = await asyncio.gather(*(groups.create(new, by=ana.id, client_id=id, text="Hi") for _ in range(5)))
    assert len(set(made)) == 1
    await groups.remove(made[0], [cleo.id], by=ana.id)
    await groups.set_title(made[0], "Summer", by=ana.id)
    again = NewGroup("Holidays", [cleo.id, ben.id])
    assert await groups.create(again, by=ana.id, client_id=id, text="Hi") == made[0]
    assert execute(str(config.database_url), "select count(*) from participants") == [(2,)]
    at_ana = await ana.socket()
    assert (await at_ana.receives("sent", id=await at_ana.sends(made[0], "Hi", id)))["seq"] == 1


async def test_its_id_belongs_to_it_and_to_its_first_message_alone(
    ana: Person, ben: Person, cleo: Person, groups: Groups, config: Config
) -> None:
    id, silent, sent = str(uuid4()), str(uuid4()), str(uuid4())
    people = [ben.id, cleo.id]
    group = await groups.create(NewGroup("Holidays", people), by=ana.id, client_id=id, text="Hi")
    without = await groups.create(NewGroup("Quiet", people), by=ana.id, client_id=silent)
    with_ben = await ana.writes_to(ben)
    at_ana = await ana.socket()
    await at_ana.receives("sent", id=await at_ana.sends(with_ben, "Hi", sent))
    before = stored(config)
    for new, client_id, text in (
        (NewGroup("Other", people), id, "Hi"),
        (NewGroup("Holidays", [ben.id]), id, "Hi"),
        (NewGroup("Holidays", people), id, "Hi!"),
        (NewGroup("Holidays", people), id, None),
        (NewGroup("Holidays", people), sent, "Hi"),
    ):
        with pytest.raises(ChatError, match="duplicate_id"):
            await groups.create(new, by=ana.id, client_id=client_id, text=text)
    for thread, client_id in ((with_ben, id), (without, id), (without, silent), (group, silent)):
        answer = await at_ana.receives("error", id=await at_ana.sends(thread, "Hi", client_id))
        assert answer["code"] == "duplicate_id"
    assert stored(config) == before


async def test_the_form_again_makes_good_what_is_missing(
    ana: Person, ben: Person, cleo: Person, groups: Groups
) -> None:
    id = str(uuid4())
    broken_off = await groups.create(NewGroup("Trip", [ben.id, cleo.id]), by=ana.id, client_id=id, text="Hello")
    form = {"client_id": id, "title": "Trip", "message": "Hello"}
    assert await group_of(ana, "Ben", "Cleo", **form) == broken_off
    page = await ben.json(f"/messages/chat/{broken_off}/history")
    assert [(message["id"], message["text"]) for message in page["messages"]] == [(id, "Hello")]
    assert [note["kind"] for note in page["notes"]] == ["created"]


async def test_one_who_does_not_let_themselves_be_added_is_named_and_nothing_is_done(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    url = str(config.database_url)
    before = stored(config)
    for decided in (
        f"insert into blocks (blocker_id, blocked_id) values ({cleo.id}, {ana.id})",
        f"update users set who_adds_me = 'known' where id = {cleo.id}",
    ):
        execute(url, decided)
        for act in (
            groups.add(group, [cleo.id], by=ana.id),
            groups.create(NewGroup("Holidays", [ben.id, cleo.id]), by=ana.id),
        ):
            with pytest.raises(ChatError, match="accepts_no_messages") as refused:
                await act
            assert "Cleo" in refused.value.sentence
        execute(url, "delete from blocks")
    assert stored(config) == before
    await cleo.writes_to(ana)
    assert await groups.add(group, [cleo.id], by=ana.id) == [cleo.id]


async def test_somebody_adds_a_limited_number_of_strangers_a_day(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    async with another_process(replace(config, strangers_a_day=1)) as groups:
        group = await groups.create(NewGroup("Holidays", [ben.id]), by=ana.id)
        with pytest.raises(ChatError, match="too_many") as refused:
            await groups.add(group, [cleo.id], by=ana.id)
        assert 86_000 < (refused.value.retry_after or 0) <= 86_400
        with pytest.raises(ChatError, match="too_many"):
            await groups.create(NewGroup("Others", [cleo.id]), by=ana.id)
        await groups.create(NewGroup("Known", [ben.id]), by=ana.id)
        execute(str(config.database_url), "update strangers_added set at = at - interval '1 day'")
        await groups.add(group, [cleo.id], by=ana.id)


async def test_a_group_has_at_least_two_and_at_most_so_many_people(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    async with another_process(replace(config, group_people=2)) as groups:
        with pytest.raises(ChatError, match="too_few_people"):
            await groups.create(NewGroup("Alone", [ana.id, ana.id]), by=ana.id)
        with pytest.raises(ChatError, match="too_many_people"):
            await groups.create(NewGroup("Crowd", [ben.id, cleo.id]), by=ana.id)
        group = await groups.create(NewGroup("Two", [ben.id]), by=ana.id)
        with pytest.raises(ChatError, match="too_many_people"):
            await groups.add(group, [cleo.id], by=ana.id)
