"""Whatever is typed gets a clear answer, and is never a part of a query."""

import pytest

from chatserver.config.settings import Config
from tests.support.changing import changing
from tests.support.people import Person
from tests.support.searching import asks, finds, is_indexed, page_of
from tests.support.servers import Serve

NOTHING: dict[str, object] = {"results": [], "next": None, "complete": True}
ODD = [
    "", " ", "!?…", "%", "_", "\\", "'", "''", '"', '""', '"' * 100, ":*", "&|!()", "a & b | !c", "<->", "-", "--",
    "-a", "🎉",
    "🎉🎉🎉", "\u202e\u2066\u200f", "你好", "'; drop table messages; --", "{}", "from:", "a:*", "'a':*A", "\\'",
    "\x7f", "а" * 200, "\u0301" * 200, "e\u0301" * 100, "- - -", "\t\n", "1e999", "-1", "0x10", "ʼ", "ı İ ß ẞ",
]  # fmt: skip


async def test_odd_queries_are_answered(serve: Serve, config: Config) -> None:
    url = await serve(searches_a_minute=0)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        await ben.writes_to(ana, "An ordinary message")
        for _ in ("not indexed", "indexed"):
            for query in ODD:
                status, answer = await asks(ana, q=query)
                assert status == 200, (query, answer)
                assert {**answer, "chats": []} == {**NOTHING, "chats": []} or "a" in query, query
                assert (await page_of(ana, q=query)).status == 200
            await is_indexed(config)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"q": "x" * 201}, 413, "too_long"),
        ({"q": "a\0b"}, 400, "bad_text"),
        ({"q": "a", "thread": "one"}, 400, "bad_frame"),
        ({"q": "a", "thread": "-1"}, 400, "bad_frame"),
        ({"q": "a", "thread": "0"}, 404, "no_such_thread"),
        ({"q": "a", "thread": "9" * 30}, 404, "no_such_thread"),
        ({"q": "a", "since": "yesterday"}, 400, "bad_frame"),
        ({"q": "a", "until": "2026-02-30"}, 400, "bad_frame"),
        ({"q": "a", "cursor": "1.2.3"}, 400, "bad_frame"),
        ({"q": "a", "cursor": "é"}, 400, "bad_frame"),
        ({"q": "a", "from": "Nobody"}, 404, "no_such_user"),
        ({"q": "a from:Nobody"}, 404, "no_such_user"),
        ({"q": "a", "from": "\0"}, 404, "no_such_user"),
    ],
)
async def test_what_is_wrong_is_said(ana: Person, query: dict[str, str], status: int, code: str) -> None:
    answered, answer = await asks(ana, **query)
    assert (answered, answer["code"]) == (status, code)
    page = await page_of(ana, **query)
    assert page.status == status
    assert page.alert


async def test_longest_query_and_longest_words(ana: Person, ben: Person, config: Config) -> None:
    thread = await ben.writes_to(ana, "x" * 10_000)
    async with changing(config) as changes:
        await changes.sends(ben, thread, "ы" * 1500 + " after")
        await changes.sends(ben, thread, "needle " + "слово " * 1600)
        for number in range(24):
            words = " ".join(f"слово{number}и{place}" for place in range(700))
            await changes.sends(ben, thread, words[:10_000])
    for _ in ("not indexed", "indexed"):
        assert [hit["seq"] for hit in await finds(ana, "after")] == [2]
        assert [hit["seq"] for hit in await finds(ana, "needle")] == [3]
        assert [hit["seq"] for hit in await finds(ana, "слово23и5")][:1] == [27]
        assert await finds(ana, "y" * 200) == []
        await is_indexed(config)


async def test_121_searches_a_minute_are_too_many(serve: Serve) -> None:
    url = await serve()
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        for _ in range(119):
            assert (await asks(ana, q="a"))[0] == 200
        assert (await page_of(ana, q="a")).status == 200
        status, answer = await asks(ana, q="a")
        assert (status, answer["code"]) == (429, "too_many")
        assert (await page_of(ana, q="a")).status == 429
        assert (await page_of(ana)).status == 200
