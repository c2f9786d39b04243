"""A program with the scope `read` reads whole threads: the messages as they are now, and what has become of them."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.changing import changing
from tests.support.commands import thread
from tests.support.database import change_message, execute
from tests.support.people import Person
from tests.support.programs import Program
from tests.support.servers import Serve


async def says(person: Person, chat: int, *texts: str) -> None:
    socket = await person.socket()
    for text in texts:
        await socket.sends(chat, text)
        await socket.receives("sent")


async def seqs(shop: Program, chat: int, query: str) -> tuple[list[int], bool]:
    answer = await shop.get(f"threads/{chat}/messages{query}")
    assert answer.status == 200
    return [entry["seq"] for entry in answer.body["messages"]], answer.body["more"]


async def test_a_page_is_the_participants_history(shop: Program, chat: int, ana: Person, ben: Person) -> None:
    await says(ben, chat, "two", "three", "four")
    at_ana = await ana.socket()
    await at_ana.deletes(chat, 1)
    await at_ana.receives("done")
    await at_ana.reacts(chat, 2, "👍")
    await at_ana.receives("done")
    answer = await shop.get(f"threads/{chat}/messages")
    history = await ana.json(f"/messages/chat/{chat}/history")
    assert answer.body == {"messages": history["messages"], "more": False}
    assert [entry["seq"] for entry in answer.body["messages"]] == [1, 2, 3, 4]
    assert answer.body["messages"][0]["text"] == ""
    assert answer.body["messages"][1]["reactions"] == {"👍": [ana.id]}


async def test_pages_go_both_ways_without_gap(shop: Program, chat: int, ana: Person) -> None:
    await says(ana, chat, "two", "three", "four", "five")
    for query, expected in {
        "": ([1, 2, 3, 4, 5], False),
        "?limit=2": ([4, 5], True),
        "?before=4&limit=2": ([2, 3], True),
        "?before=3&limit=2": ([1, 2], False),
        "?before=1": ([], False),
        "?before=999&limit=1": ([5], True),
        "?before=99999999999999999999&limit=1": ([5], True),
        "?after=0&limit=2": ([1, 2], True),
        "?after=3&limit=2": ([4, 5], False),
        "?after=5": ([], False),
        "?after=99999999999999999999": ([], False),
        "?limit=1000": ([1, 2, 3, 4, 5], False),
    }.items():
        assert await seqs(shop, chat, query) == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1.5",
        "before=0",
        "before=x",
        "after=-1",
        "after=",
        "before=2&after=1",
    ],
)
async def test_nonsense_in_the_query_is_refused(shop: Program, chat: int, query: str) -> None:
    assert (await shop.get(f"threads/{chat}/messages?{query}")).refusal == (400, "bad_frame")
    if "before" not in query:
        assert (await shop.get(f"threads/{chat}/changes?{query}")).refusal == (400, "bad_frame")


async def test_a_program_reads_what_newcomers_cannot_see(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    await says(ana, group, "before", "after")
    execute(str(config.database_url), f"update participants set from_seq = 2 where thread_id = {group}")
    assert [entry["seq"] for entry in (await ana.json(f"/messages/chat/{group}/history"))["messages"]] == [2]
    assert await seqs(shop, group, "") == ([1, 2], False)


async def test_in_a_large_thread_reactions_are_counted_and_nobody_is_me(
    serve: Serve, chat: int, shop: Program, ana: Person, ben: Person
) -> None:
    url = await serve(port=0, announce_people=1)
    at_ana = await ana.socket()
    await at_ana.reacts(chat, 1, "👍")
    await at_ana.receives("done")
    for path in ("messages", "changes"):
        async with shop.http.get(url.join(url.with_path(f"/messages/api/v1/threads/{chat}/{path}"))) as response:
            (entry,) = (await response.json())[path]
        assert entry["reactions"] == {"👍": 1}
        assert "mine" not in entry


def numbers(body: dict[str, Any]) -> list[tuple[int, int]]:
    return [(change["change"], change["seq"]) for change in body["changes"]]


async def test_changes_come_in_their_order_each_message_once_as_it_is_now(
    shop: Program, chat: int, ana: Person, config: Config
) -> None:
    await says(ana, chat, "two", "three")
    async with changing(config) as there:
        assert await there.edits(ana, chat, 1, "one") == 1
        assert await there.reacts(ana, chat, 2, "👍") == 2
        assert await there.edits(ana, chat, 1, "first", base=1) == 3
        assert await there.deletes(ana, chat, 3) == 4
    answer = await shop.get(f"threads/{chat}/changes")
    assert numbers(answer.body) == [(2, 2), (3, 1), (4, 3)]
    assert (answer.body["change"], answer.body["more"]) == (4, False)
    reacted, edited, deleted = answer.body["changes"]
    assert reacted["reactions"] == {"👍": [ana.id]}
    assert (edited["type"], edited["thread"], edited["text"]) == ("changed", chat, "first")
    assert deleted.keys() == {"type", "thread", "change", "seq", "deleted"}


async def test_a_program_goes_on_where_it_stopped(shop: Program, chat: int, ana: Person, config: Config) -> None:
    await says(ana, chat, "two", "three")
    for seq in (1, 2, 3):
        change_message(str(config.database_url), chat, seq, text=f"now {seq}")
    read, after, more = [], 0, True
    while more:
        body = (await shop.get(f"threads/{chat}/changes?after={after}&limit=2")).body
        read += numbers(body)
        after, more = body["change"], body["more"]
    assert read == [(1, 1), (2, 2), (3, 3)]
    for beyond in (3, 4, 900):
        body = (await shop.get(f"threads/{chat}/changes?after={beyond}")).body
        assert body == {"changes": [], "change": beyond, "more": False}
