"""Who may change a group, and who follows the last owner."""

import asyncio
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.errors import ChatError
from tests.support.commands import chatserver, thread
from tests.support.database import execute
from tests.support.grouping import about_group, notes_on_page
from tests.support.people import PASSWORD, Person


def people_of(config: Config, group: int) -> dict[int, bool]:
    """The people of a group, and whether each owns it."""
    rows = execute(
        str(config.database_url), f"select user_id, is_owner from participants where thread_id = {group} order by 1"
    )
    return dict(rows)


def kinds(config: Config, group: int) -> list[tuple[str, int | None, list[int]]]:
    return execute(
        str(config.database_url), f"select kind, by_id, people from notes where thread_id = {group} order by change"
    )


async def test_only_owners_change_a_group_and_strangers_do_not_find_it(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int
) -> None:
    for person, code in ((ben, "not_an_owner"), (cleo, "no_such_thread")):
        for act in (
            groups.add(group, [cleo.id], by=person.id),
            groups.remove(group, [ana.id], by=person.id),
            groups.set_title(group, "Mine", by=person.id),
            groups.set_history(group, "joined", by=person.id),
            groups.set_owner(group, ben.id, True, by=person.id),
        ):
            with pytest.raises(ChatError, match=code):
                await act


async def test_nothing_of_it_works_in_a_thread_of_two(ana: Person, ben: Person, cleo: Person, groups: Groups) -> None:
    pair = await ana.writes_to(ben)
    for act in (groups.add(pair, [cleo.id], by=ana.id), groups.remove(pair, [ana.id], by=ana.id),
                groups.set_title(pair, "Ours", by=None)):  # fmt: skip
        with pytest.raises(ChatError, match="no_such_thread"):
            await act


async def test_whoever_joined_first_follows_the_last_owner_who_leaves(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    await groups.remove(group, [ben.id], by=ana.id)
    await groups.add(group, [cleo.id], by=ana.id)
    await groups.add(group, [ben.id], by=ana.id)
    at_ben = await ben.socket()
    await groups.remove(group, [ana.id], by=ana.id)
    left, owner = [await at_ben.receives("note", kind=kind) for kind in ("left", "owner")]
    assert (left["by"], left["people"]) == ({"id": ana.id, "name": "Ana"}, [{"id": ana.id, "name": "Ana"}])
    assert (owner["by"], owner["people"]) == (None, [{"id": cleo.id, "name": "Cleo"}])
    assert people_of(config, group) == {ben.id: False, cleo.id: True}
    assert (await at_ben.opens(group))["as_of"] == owner["change"] == left["change"] + 1


async def test_two_owners_who_remove_each_other_end_as_one(
    ana: Person, ben: Person, groups: Groups, config: Config
) -> None:
    for _ in range(5):
        group = await groups.create(NewGroup("Us", [ben.id]), by=ana.id)
        await groups.set_owner(group, ben.id, True, by=ana.id)
        results = await asyncio.gather(
            groups.remove(group, [ben.id], by=ana.id),
            groups.remove(group, [ana.id], by=ben.id),
            return_exceptions=True,
        )
        assert sorted(str(result) for result in results if isinstance(result, ChatError)) == ["no_such_thread"]
        assert list(people_of(config, group).values()) == [True]


async def test_two_owners_who_add_and_remove_somebody_at_one_moment_leave_notes_that_agree(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    await groups.set_owner(group, ben.id, True, by=ana.id)
    for _ in range(10):
        await asyncio.gather(
            groups.add(group, [cleo.id], by=ana.id),
            groups.remove(group, [cleo.id], by=ben.id),
            groups.add(group, [cleo.id], by=ben.id),
        )
    about_cleo = [kind for kind, _, people in kinds(config, group) if people == [cleo.id]]
    assert about_cleo == ["added", "removed"] * (len(about_cleo) // 2) + ["added"] * (len(about_cleo) % 2)
    assert (cleo.id in people_of(config, group)) == (about_cleo[-1] == "added")


async def test_the_last_owner_is_not_made_a_member(ana: Person, groups: Groups, group: int, config: Config) -> None:
    await groups.set_owner(group, ana.id, False, by=ana.id)
    await groups.set_owner(group, ana.id, False, by=None)
    assert people_of(config, group)[ana.id] is True


async def test_a_deleted_account_leaves_and_is_followed(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    alone = await groups.create(NewGroup("Alone", [ben.id]), by=ana.id)
    await groups.remove(alone, [ben.id], by=ana.id)
    await groups.add(group, [cleo.id], by=ana.id)
    at_cleo = await cleo.socket()
    answer = await ana.post("/messages/account/delete/", page="/messages/account/", delete_password=PASSWORD)
    assert answer.status == 303
    left, owner = [await at_cleo.receives("note", kind=kind) for kind in ("left", "owner")]
    assert left["by"] == {"id": ana.id, "name": ""}
    assert owner["people"] == [{"id": ben.id, "name": "Ben"}]
    assert people_of(config, group) == {ben.id: True, cleo.id: False}
    assert execute(str(config.database_url), f"select 1 from threads where id = {alone}") == []
    assert await notes_on_page(cleo, group) == [  # names as they are now
        "Deleted person created the group",
        "Deleted person added Cleo",
        "Deleted person left the group",
        "New owner of the group: Ben",
    ]


async def test_a_disabled_owner_is_followed_and_gets_nothing_back(
    ana: Person, ben: Person, cleo: Person, groups: Groups, group: int, config: Config
) -> None:
    await groups.add(group, [cleo.id], by=ana.id)
    at_cleo = await cleo.socket()
    await chatserver(config, "user", "disable", "Ana")
    owner = await at_cleo.receives("note", kind="owner")
    assert (owner["by"], owner["people"]) == (None, [{"id": ben.id, "name": "Ben"}])
    await chatserver(config, "user", "enable", "Ana")
    assert people_of(config, group) == {ana.id: False, ben.id: True, cleo.id: False}


async def test_in_a_group_of_disabled_people_the_first_who_may_sign_in_again_is_the_owner(
    ana: Person, ben: Person, group: int, config: Config
) -> None:
    execute(str(config.database_url), "update users set disabled_at = now()")
    await chatserver(config, "user", "enable", "Ben")
    assert people_of(config, group) == {ana.id: False, ben.id: True}
    await chatserver(config, "user", "enable", "Ana")
    assert people_of(config, group) == {ana.id: False, ben.id: True}


async def test_a_group_is_erased_with_its_last_person(
    ana: Person, ben: Person, groups: Groups, group: int, config: Config
) -> None:
    at_ben = await ben.socket()
    await at_ben.receives("sent", id=await at_ben.sends(group))
    for person in (ana, ben):
        await groups.remove(group, [person.id], by=person.id)
    await at_ben.receives("removed", thread=group)
    with pytest.raises(ChatError, match="no_such_thread"):
        await groups.remove(group, [ben.id], by=ben.id)
    for table in ("threads where id", "messages where thread_id", "notes where thread_id", "groups where thread_id"):
        assert execute(str(config.database_url), f"select 1 from {table} = {group}") == []


async def test_at_the_terminal_the_first_name_owns_a_group_unless_another_is_named(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    first = (await thread(config, "create", "Ben", "Ana", "Cleo"))["id"]
    options = ("--title", "Us two", "--owner", "ana", "--history", "joined")
    named = (await thread(config, "create", "Ben", "Ana", *options))["id"]
    assert people_of(config, first) == {ana.id: False, ben.id: True, cleo.id: False}
    assert people_of(config, named) == {ana.id: True, ben.id: False}
    assert (await about_group(ben, named))["history"] == "joined"
    assert kinds(config, first) == [("created", None, [ben.id, ana.id, cleo.id])]
    assert await thread(config, "title", str(first), "  Work ") == {"id": first, "title": "Work"}
    assert (await thread(config, "owner", str(first), "Cleo"))["owner"] == {"id": cleo.id, "name": "Cleo"}
    assert "<title>Work</title>" in (await ana.get(f"/messages/chat/{first}/")).text
    assert people_of(config, first) == {ana.id: False, ben.id: True, cleo.id: True}
    assert [kind for kind, _, _ in kinds(config, first)] == ["created", "titled", "owner"]
    code, output, errors = await chatserver(config, "thread", "owner", str(named), "Cleo")
    assert (code, output, errors) == (1, "", "chatserver: Cleo is not in this group.\n")


async def test_leaving_while_sending_puts_the_message_before_the_note_or_nowhere(
    ana: Person, ben: Person, groups: Groups, group: int
) -> None:
    at_ben = await ben.socket()
    for _ in range(5):
        id = str(uuid4())
        await asyncio.gather(groups.remove(group, [ben.id], by=ben.id), at_ben.sends(group, "Bye", id))
        answer = await at_ben.receives_one_of("sent", "error")
        page = await ana.json(f"/messages/chat/{group}/history")
        note = page["notes"][-1] if page["notes"] else None
        stored = [message["seq"] for message in page["messages"] if message["id"] == id]
        assert bool(stored) == (answer["type"] == "sent")
        if stored and note:
            assert note["after"] >= stored[0]
        await groups.add(group, [ben.id], by=ana.id)
