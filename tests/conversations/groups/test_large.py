"""In groups of more than `announce_people` frames name as few people as they must."""

from tests.support.grouping import changes_group, group_of, notes_on_page, people_of
from tests.support.people import Person
from tests.support.servers import Serve
from tests.web.pages.changing import data_of


async def test_in_a_large_group_frames_name_oneself_alone_and_the_first_of_many(serve: Serve) -> None:
    url = await serve(announce_people=1)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, Person(url, "Cleo") as cleo:
        for person in (ana, ben, cleo):
            await person.sign_up()
        group, pair = await group_of(ana, "Ben", "Cleo", title="Trip"), await ana.writes_to(ben)
        at_ben = await ben.socket()
        opened = await at_ben.opens(group, change=0)
        himself = [{"id": ben.id, "name": "Ben", "owner": False, "read": 0}]
        assert (opened["people"], opened["people_count"]) == (himself, 3)
        await changes_group(ana, group, title="Tour")
        frame = await at_ben.receives("thread", title="Tour")
        assert (frame["people"], frame["people_count"]) == (himself, 3)
        assert (await data_of(ben, group))["people"] == himself
        (created, _) = (await ben.json(f"/messages/chat/{group}/history"))["notes"]
        assert (created["people"], created["count"]) == ([{"id": ben.id, "name": "Ben"}], 2)
        await changes_group(ana, group, remove=str(cleo.id))
        removed = await at_ben.receives("note", kind="removed")
        assert ([person["name"] for person in removed["people"]], "count" in removed) == (["Cleo"], False)
        await changes_group(ana, group, add="Cleo")
        assert (await notes_on_page(ben, group))[-1] == "Ana added Cleo"
        assert await people_of(ben, group) == {"Ana": True, "Ben": False, "Cleo": False}
        both = await at_ben.opens(pair)
        assert [person["name"] for person in both["people"]] == ["Ana", "Ben"]
        assert (both["title"], both["history"]) == (None, None)
