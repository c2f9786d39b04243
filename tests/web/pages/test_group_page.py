"""The page of a group, as people without scripts use its forms."""

import pytest

from tests.support.database import execute
from tests.support.grouping import JSON, about_group, changes_group, group_of, notes_on_page, people_of
from tests.support.people import Person
from tests.support.servers import Serve


async def test_an_owner_renames_adds_promotes_and_removes(ana: Person, ben: Person, cleo: Person) -> None:
    async with Person(ana.url, "Dan") as dan:
        await dan.sign_up()
        group = await group_of(ana, "Ben", "Dan", title="Trip")
        for field in ({"title": "Tour"}, {"owner": str(ben.id)}, {"history": "joined"}):
            assert (await changes_group(ana, group, **field)).location == f"/messages/group/{group}/"
        assert (await changes_group(ben, group, add="Cleo")).status == 303
        assert (await changes_group(ben, group, remove=str(dan.id))).status == 303
        assert await people_of(cleo, group) == {"Ana": True, "Ben": True, "Cleo": False}
        about = await about_group(ana, group)
        assert (about["title"], about["history"]) == ("Tour", "joined")
        assert (await dan.get(f"/messages/chat/{group}/")).status == 404
        assert await notes_on_page(ana, group) == [
            "Ana created the group",
            "Ana renamed the group to “Tour”",
            "Ana made Ben an owner",
            "Ana let new members see only what comes after they join",
            "Ben added Cleo",
            "Ben removed Dan",
        ]
        assert await notes_on_page(cleo, group) == ["Ben added Cleo", "Ben removed Dan"]


async def test_the_same_change_again_is_no_change(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    for _ in range(2):
        for field in ({"title": "Tour"}, {"add": "Cleo"}, {"owner": str(ben.id)}, {"remove": str(cleo.id)}):
            assert (await changes_group(ana, group, **field)).status == 303
        await changes_group(ana, group, add="Cleo")
        await changes_group(ana, group, remove=str(cleo.id))
    notes = await notes_on_page(ana, group)
    assert notes[:3] == ["Ana created the group", "Ana renamed the group to “Tour”", "Ana made Ben an owner"]
    assert notes[3:] == ["Ana removed Cleo"] + ["Ana added Cleo", "Ana removed Cleo"] * 3


async def test_roles_go_both_ways_and_of_nobody_in_it_there_are_none(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", title="Trip")
    for field in ({"owner": str(ben.id)}, {"member": str(ana.id)}):
        assert (await changes_group(ana, group, **field)).status == 303
    assert await people_of(ana, group) == {"Ana": False, "Ben": True}
    for act in ("owner", "member", "remove"):
        for nobody in (cleo.id, 999_999):
            assert (await changes_group(ben, group, **{act: str(nobody)})).status == 303
    assert (await changes_group(ben, group, member=str(ben.id))).status == 303  # the last owner stays one
    assert await people_of(ana, group) == {"Ana": False, "Ben": True}
    assert len(await notes_on_page(ana, group)) == 3


async def test_to_remove_oneself_is_to_leave_for_owners_and_members(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    for person in (ben, ana):
        assert (await changes_group(person, group, remove=str(person.id))).location == "/messages/"
    assert (await notes_on_page(cleo, group))[1:] == [
        "Ben left the group",
        "Ana left the group",
        "New owner of the group: Cleo",
    ]


async def test_a_group_in_which_two_are_left_is_not_their_chat(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo", message="Hello both")
    await changes_group(ana, group, remove=str(cleo.id))
    chat = await ana.writes_to(ben)
    assert chat != group
    assert (await changes_group(ana, group, add="Cleo")).status == 303
    assert await people_of(cleo, group) == {"Ana": True, "Ben": False, "Cleo": False}


@pytest.mark.parametrize("field", ["title", "add", "remove", "owner", "member", "history"])
async def test_a_member_changes_nothing_but_leaves(ana: Person, ben: Person, cleo: Person, field: str) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    values = {"title": "Mine", "add": "Ana", "history": "joined"}
    refused = await changes_group(ben, group, **{field: values.get(field, str(ana.id))})
    assert (refused.status, refused.alert) == (403, "Only an owner of this group can do this.")
    assert (await changes_group(ben, group, leave="yes")).location == "/messages/"
    assert await people_of(ana, group) == {"Ana": True, "Cleo": False}


async def test_what_one_may_not_do_is_not_shown(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    shown = {person.name: (await person.get(f"/messages/group/{group}/")).text for person in (ana, ben)}
    for name in ("add", "title", "history", "owner", "remove"):
        assert f'name="{name}"' in shown["Ana"]
        assert f'name="{name}"' not in shown["Ben"]
    assert all('name="leave"' in page for page in shown.values())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": "Tour", "leave": "yes"},
        {"leave": "no"},
        {"history": "some"},
        {"remove": "Ben"},
        {"owner": "-1"},
        {"owner": "0"},
        {"member": ""},
        {"history": ""},
        {"title": "Tr\u202eip"},
        {"title": "a" * 101},
        {"other": "x"},
    ],
)
async def test_a_form_of_no_field_of_several_or_of_a_wrong_value_does_nothing(
    ana: Person, ben: Person, cleo: Person, fields: dict[str, str]
) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    before = await about_group(ana, group)
    assert (await changes_group(ana, group, **fields)).status == 400
    assert await about_group(ana, group) == before


async def test_programs_are_refused_like_pages(ana: Person, ben: Person, cleo: Person) -> None:
    group, chat = await group_of(ana, "Ben", title="Trip"), await ana.writes_to(ben)
    async with Person(ana.url, "Nobody") as nobody:
        for person, path, refusal in (
            (nobody, f"{group}/", (401, "not_signed_in")),
            (cleo, f"{group}/", (404, "no_such_thread")),
            (cleo, f"{group}/?after={ana.id}", (404, "no_such_thread")),
            (ana, f"{chat}/", (404, "no_such_thread")),
            (ana, "x/", (404, "no_such_thread")),
            (ana, f"{group}/?after=x", (400, "bad_frame")),
            (ana, f"{group}/?after=-1", (400, "bad_frame")),
        ):
            async with person.http.get(f"/messages/group/{path}", headers=JSON) as answer:
                assert (answer.status, (await answer.json())["code"]) == refusal, path


async def test_an_empty_title_does_not_take_the_title_away(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Cleo", title="Trip")
    assert (await changes_group(ana, group, title=" ")).status == 400
    assert (await about_group(ana, group))["title"] == "Trip"


async def test_a_chat_of_two_is_no_group(ana: Person, ben: Person, cleo: Person) -> None:
    chat = await ana.writes_to(ben)
    assert (await ana.get(f"/messages/group/{chat}/")).status == 404
    assert (await changes_group(ana, chat, add="Cleo")).status == 404
    assert (await changes_group(ana, chat, leave="yes")).status == 404


async def test_who_has_left_or_never_took_part_finds_nothing(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Ben", "Ana", title="Trip")
    await changes_group(ben, group, leave="yes")
    for outsider in (ben, cleo):
        assert (await outsider.get(f"/messages/group/{group}/")).status == 404
        assert (await changes_group(outsider, group, leave="yes")).status == 404


async def test_the_last_owner_who_leaves_is_followed_by_the_next_who_joined(
    ana: Person, ben: Person, cleo: Person
) -> None:
    group = await group_of(ana, "Cleo", "Ben", title="Trip")
    await changes_group(ana, group, leave="yes")
    assert await people_of(cleo, group) == {"Ben": True, "Cleo": False}
    assert await notes_on_page(cleo, group) == [
        "Ana created the group",
        "Ana left the group",
        "New owner of the group: Ben",
    ]


async def test_only_people_whom_one_knows_are_added_where_they_say_so(ana: Person, ben: Person, cleo: Person) -> None:
    group = await group_of(ana, "Cleo", title="Trip")
    account = "/messages/account/"
    assert (await ben.post(f"{account}privacy/", page=account, who_adds_me="known")).status == 303
    refused = await changes_group(ana, group, add="Ben")
    assert (refused.status, refused.alert) == (403, "You can’t add Ben: this person doesn’t allow it.")
    await ben.writes_to(ana)
    assert (await changes_group(ana, group, add="Ben")).status == 303


async def test_who_may_add_one_stays_where_the_form_does_not_say(ana: Person) -> None:
    account = "/messages/account/"
    await ana.post(f"{account}privacy/", page=account, who_adds_me="known", online="yes")
    await ana.post(f"{account}privacy/", page=account, online="yes")
    assert 'value="known" checked' in (await ana.get(account)).text
    assert (await ana.post(f"{account}privacy/", page=account, who_adds_me="friends")).status == 400


async def test_only_so_many_strangers_are_added_a_day(serve: Serve) -> None:
    url = await serve(strangers_a_day=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        group = await group_of(ana, "Ben", title="Trip")
        refused = await changes_group(ana, group, add="Cleo")
        sentence = "You can add only so many people you don’t chat with: 1 a day. Try again tomorrow."
        assert (refused.status, refused.alert) == (429, sentence)
        assert 0 < int(refused.headers["Retry-After"]) <= 86400
        await cleo.writes_to(ana)
        assert (await changes_group(ana, group, add="Cleo")).status == 303


async def test_each_form_counts_as_a_message(serve: Serve) -> None:
    url = await serve(messages_per_second=0.001, messages_burst=2)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        for person in (ana, ben):
            await person.sign_up()
        group = await group_of(ana, "Ben", title="Trip")
        assert (await changes_group(ana, group, title="Tour")).status == 303
        assert (await changes_group(ana, group, title="Tours")).status == 429


async def test_a_group_page_shows_its_people_a_hundred_at_once(ana: Person, ben: Person, database_url: str) -> None:
    group = await group_of(ana, "Ben", title="All")
    many = "insert into users (name, name_key, password_hash) select n, n, '!' from generate_series(101, 200) n"
    ids = [id for (id,) in execute(database_url, f"{many} returning id")]
    join = f"insert into participants (thread_id, user_id) select {group}, id from users"
    execute(database_url, f"{join} where id between {ids[0]} and {ids[-1]}")
    first = await about_group(ana, group)
    assert [person["name"] for person in first["people"]] == ["Ana", "Ben", *(str(n) for n in range(101, 199))]
    page = await ana.get(f"/messages/group/{group}/?after={first['next']}")
    assert [f"<bdi>{name}</bdi>" in page.text for name in ("198", "199", "200")] == [False, True, True]
