"""The chat page at a message, at a day, and at the unread line."""

import re
from typing import Any
from uuid import uuid4

import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.web.pages.filling import fill


@pytest.mark.parametrize(
    ("path", "read", "first", "line"),
    [("", 0, 1, 1), ("", 100, 51, 101), ("", 149, 100, 150), ("", 150, 151, 151), ("?at=end", 100, 151, None)],
)
async def test_the_chat_opens_at_the_unread_line_if_that_is_not_on_the_last_page(
    ana: Person, ben: Person, config: Config, path: str, read: int, first: int, line: int | None
) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 250)
    chat = f"/messages/chat/{thread}/"
    if read:
        await ben.post(f"{chat}read/", page=chat, seq=str(read))
    page = (await ben.get(chat + path)).text.partition("<template")[0]
    found = re.findall(r'class="unread-line"|data-seq="\d+"', page)
    assert found[0 if line != first else 1] == f'data-seq="{first}"'
    after_the_line = found[found.index('class="unread-line"') + 1] if 'class="unread-line"' in found else None
    assert after_the_line == (f'data-seq="{line}"' if line else None)


async def test_a_message_sent_far_from_the_unread_line_is_shown_at_the_end(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben, "first")
    fill(config, thread, ana, 250)
    chat = f"/messages/chat/{thread}/"
    answers = [
        await ben.post(chat, message="Hello", client_id=str(uuid4())),
        await ben.post(
            "/messages/send_message/", "/messages/", recipient_name="Ana", message="Hello", client_id=str(uuid4())
        ),
    ]
    for answer in answers:
        assert answer.location == f"{chat}?at=end"
        assert re.findall(r'data-seq="(\d+)"', (await ben.get(answer.location)).text)[-1] in {"251", "252"}


async def test_what_one_sends_again_is_shown_where_it_stands(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "first")
    chat, id = f"/messages/chat/{thread}/", str(uuid4())
    assert (await ben.post(chat, message="Hello", client_id=id)).location == chat
    execute(
        str(config.database_url),
        f"insert into messages select {thread}, n, {ana.id}, gen_random_uuid(), 'number ' || n, now()"
        f" from generate_series(3, 150) n; update threads set last_seq = 150",
    )
    assert (await ben.post(chat, message="Hello", client_id=id)).location == f"{chat}?at=2"


@pytest.mark.parametrize(
    ("at", "first", "last", "more", "later"),
    [
        (150, 100, 199, True, True),
        (52, 2, 101, True, True),
        (51, 1, 100, False, True),
        (1, 1, 50, False, True),
        (201, 151, 250, True, False),
        (200, 150, 249, True, True),
        (250, 200, 250, True, False),
    ],
)
async def test_a_link_to_a_message_shows_the_history_around_it(
    ana: Person, ben: Person, config: Config, drawn: dict[str, Any],
    at: int, first: int, last: int, more: bool, later: bool,
) -> None:  # fmt: skip
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 250)
    page = (await ben.get(f"/messages/chat/{thread}/?at={at}")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(first, last + 1))
    assert (drawn["more"], drawn["later"], drawn["at"]) == (more, later, at)
    assert drawn["path"] == f"/messages/chat/{thread}/?at={at}"  # choosing a language leads back to it


@pytest.mark.parametrize("at", ["121", "0", "-1", "x", "", "²", "1.5", "9" * 30, "%00", "%ff"])
async def test_a_link_to_a_missing_message_shows_the_last_ones(
    ana: Person, ben: Person, config: Config, drawn: dict[str, Any], at: str
) -> None:
    thread = await ana.writes_to(ben)
    fill(config, thread, ana, 120)
    page = (await ben.get(f"/messages/chat/{thread}/?at={at}")).text
    assert [int(seq) for seq in re.findall(r'data-seq="(\d+)"', page)] == list(range(21, 121))
    assert (drawn["more"], drawn["later"], drawn["at"]) == (True, False, None)
    assert drawn["path"] == f"/messages/chat/{thread}/"


@pytest.mark.parametrize(
    ("day", "zone", "query"),
    [
        ("2026-11-19", "", "?at=1"),
        ("2026-11-20", "", "?at=1"),
        ("2026-11-21", "", "?at=25"),
        ("2026-11-21", "Europe/Moscow", "?at=22"),
        ("2026-11-21", "America/New_York", "?at=30"),
        ("2026-11-21", "Nowhere/Land", "?at=25"),
        ("2026-11-22", "", "?at=49"),
        ("2026-11-30", "", "?at=241"),
        ("2026-12-01", "", ""),
        ("9999-12-31", "America/New_York", ""),
        ("0001-01-01", "Asia/Tokyo", "?at=1"),
        ("2026-02-29", "", ""),
        ("2026-11-20T12:00", "", ""),
        ("yesterday", "", ""),
        ("", "", ""),
        ("%00", "", ""),
        ("%ff", "", ""),
    ],
)
async def test_a_reader_jumps_to_the_beginning_of_a_day_in_their_zone(
    ana: Person, ben: Person, config: Config, day: str, zone: str, query: str
) -> None:
    """Ana has written every hour, from the first hour of the 20th to the last one of the 30th."""
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, 11 * 24)
    execute(config.database_url, "update messages set sent_at = '2026-11-19 23:00Z'::timestamptz + seq * interval '1h'")
    chat = f"/messages/chat/{thread}/"
    answer = await ben.get(f"{chat}?on={day}", cookies={"chat_timezone": zone})
    assert (answer.status, answer.location) == (303, chat + query)


@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 5])
async def test_a_day_is_found_in_a_chat_of_any_length(ana: Person, ben: Person, config: Config, total: int) -> None:
    """One message each day from the 1st: a jump to a day finds it, and none after the last."""
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, total)
    execute(config.database_url, f"delete from messages where seq > {total}")
    execute(config.database_url, "update messages set sent_at = '2026-10-31'::timestamptz + seq * interval '1 day'")
    chat = f"/messages/chat/{thread}/"
    for day in range(1, total + 1):
        assert (await ben.get(f"{chat}?on=2026-11-0{day}")).location == f"{chat}?at={day}"
    assert (await ben.get(f"{chat}?on=2026-11-0{total + 1}")).location == chat


async def test_a_day_begins_with_the_first_of_several_messages_sent_at_one_moment(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben)
    assert config.database_url is not None
    fill(config, thread, ana, 100)
    execute(config.database_url, "update messages set sent_at = '2026-11-20' where seq <= 40")
    execute(config.database_url, "update messages set sent_at = '2026-11-21' where seq > 40")
    chat = f"/messages/chat/{thread}/"
    assert (await ben.get(f"{chat}?on=2026-11-21")).location == f"{chat}?at=41"
