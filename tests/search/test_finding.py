"""What is found, and how: the table of `tests/cases/search.json`, in messages that are indexed and that are not yet."""

import pytest

from chatserver.config.settings import Config
from tests.cases import cases
from tests.support.changing import changing
from tests.support.people import Person
from tests.support.ports import unused_port
from tests.support.searching import asks, finds, is_indexed, page_of, texts
from tests.support.servers import Serve


@pytest.mark.parametrize("interval", [0, 0.01], ids=["not indexed", "indexed"])
async def test_each_case_of_the_table_is_found_as_it_should(serve: Serve, config: Config, interval: float) -> None:
    url = await serve(search_interval=interval, searches_a_minute=0)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben, changing(config) as changes:
        await ana.sign_up()
        await ben.sign_up()
        thread, base = await ben.writes_to(ana, "Hello"), 0
        wrong = []
        for case in cases("search"):
            base = int(await changes.edits(ben, thread, 1, case["text"], base))
            if interval:
                await is_indexed(config)
            found = [result["by"] or "exact" for result in await finds(ana, case["query"])]
            if found != [case["found"]][: case["found"] is not None]:
                wrong.append((case, found))
        assert not wrong


async def test_the_best_comes_first_and_each_message_once(ana: Person, ben: Person) -> None:
    for text in ("привет", "приветик", "привте", "неприветливый", "привет снова"):
        await ben.writes_to(ana, text)
    assert [(hit["text"], hit["by"]) for hit in await finds(ana, "привет")] == [
        ("привет снова", None), ("приветик", None), ("привет", None), ("неприветливый", "part"), ("привте", "typo"),
    ]  # fmt: skip


async def test_five_exact_hits_are_enough(ana: Person, ben: Person) -> None:
    for text in ("привте", *["привет"] * 5):
        await ben.writes_to(ana, text)
    assert await texts(ana, "привет") == ["привет"] * 5


async def test_a_result_is_an_entry_of_the_history_with_its_line(ana: Person, ben: Person) -> None:
    thread = await ben.writes_to(ana, "Well… " * 50 + "the Russian word ЁЖИКИ is here" + " and so on" * 50)
    (found,) = await finds(ana, "ёжик")
    (entry,) = (await ana.json(f"/messages/chat/{thread}/history"))["messages"]
    assert {name: found[name] for name in entry} == entry
    assert (found["title"], found["by"]) == ("Ben", None)
    assert {"match": "ЁЖИКИ"} in found["snippet"]
    line = "".join(part if isinstance(part, str) else part["match"] for part in found["snippet"])
    assert (line[0], line[-1], len(line) < 200) == ("…", "…", True)
    assert "the Russian word ЁЖИКИ is here" in line


async def test_a_line_has_no_signs_of_formatting(ana: Person, ben: Person) -> None:
    await ben.writes_to(ana, "**Tomorrow** we take the `train`")
    (found,) = await finds(ana, "train")
    assert found["snippet"] == ["Tomorrow we take the ", {"match": "train"}]


async def test_an_edited_message_is_found_by_its_text_as_it_is_now(ana: Person, ben: Person, config: Config) -> None:
    thread = await ben.writes_to(ana, "apple")
    socket = await ben.socket()
    for wait in (False, True):
        await socket.edits(thread, 1, "banana", base=0)
        await socket.receives("done")
        assert await texts(ana, "apple") == []
        assert await texts(ana, "banana") == ["banana"]
        if not wait:
            await is_indexed(config)
    await socket.deletes(thread, 1)
    await socket.receives("done")
    assert await finds(ana, "banana") == []
    await is_indexed(config)
    assert await finds(ana, "banana") == []


async def test_filters_leave_out_what_is_not_asked_for(ana: Person, ben: Person, cleo: Person) -> None:
    with_ben = await ben.writes_to(ana, "lunch with Ben")
    await cleo.writes_to(ana, "lunch with Cleo")
    await ana.writes_to(ben, "my lunch")
    assert await texts(ana, "lunch") == ["my lunch", "lunch with Cleo", "lunch with Ben"]
    assert await texts(ana, "lunch", thread=with_ben) == ["my lunch", "lunch with Ben"]
    assert await texts(ana, "lunch from:ben") == ["lunch with Ben"]
    assert await texts(ana, "lunch", **{"from": "Cleo"}) == ["lunch with Cleo"]
    for ends in ({"since": "2020-01-01", "until": "2999-12-31"}, {"since": "0001-01-01", "until": "9999-12-31"}):
        assert await texts(ana, "lunch", **ends) == await texts(ana, "lunch")
    assert await texts(ana, "lunch", since="2999-12-31") == await texts(ana, "lunch", until="2020-01-01") == []


async def test_pages_lead_through_all_results_once(ana: Person, ben: Person, config: Config) -> None:
    thread = await ben.writes_to(ana, "number 1")
    async with changing(config) as changes:
        for number in range(2, 151):
            await changes.sends(ben, thread, f"number {number}")
    await is_indexed(config)
    numbers, cursor = [], ""
    while cursor is not None:
        async with ana.http.get(
            "/messages/search/", params={"q": "number", "cursor": cursor}, headers={"Accept": "application/json"}
        ) as response:
            answer = await response.json()
        assert answer["complete"]
        numbers += [result["seq"] for result in answer["results"]]
        cursor = answer["next"]
    assert numbers == list(range(150, 0, -1))


async def test_a_page_goes_on_in_the_next_kind(ana: Person, ben: Person, config: Config) -> None:
    thread = await ben.writes_to(ana, "привет")
    async with changing(config) as changes:
        for _ in range(30):
            await changes.sends(ben, thread, "неприветливый")
            await changes.sends(ben, thread, "превет")
    kinds, cursor = [], ""
    while cursor is not None:
        async with ana.http.get(
            "/messages/search/", params={"q": "привет", "cursor": cursor}, headers={"Accept": "application/json"}
        ) as response:
            answer = await response.json()
        kinds += [result["by"] for result in answer["results"]]
        cursor = answer["next"]
    assert kinds == [None] + ["part"] * 30 + ["typo"] * 30


async def test_when_time_is_up_the_answer_says_so_and_the_cursor_goes_on(serve: Serve) -> None:
    hurried, patient = await serve(search_timeout=1e-6), await serve(port=unused_port())
    async with Person(hurried, "Ana") as ana, Person(hurried, "Ben") as ben, Person(patient, "Ana") as later:
        await ana.sign_up()
        await ben.sign_up()
        await ben.writes_to(ana, "a plan")
        _, answer = await asks(ana, q="plan")
        assert (answer["results"], answer["complete"]) == ([], False)
        assert "There was no time to search everything." in (await page_of(ana, q="plan")).text
        await later.sign_in()
        _, answer = await asks(later, q="plan", cursor=answer["next"])
        assert ([result["text"] for result in answer["results"]], answer["complete"]) == (["a plan"], True)
