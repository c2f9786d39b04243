"""TRACE=1 logs each step of each message, with the time since it was received."""

import logging
import re
from typing import NamedTuple

import pytest

from tests.support.people import Person
from tests.support.servers import Serve

SECRET = "what Ana says to Ben alone"


class Sent(NamedTuple):
    id: str
    ana: int
    ben: int


async def send_one(serve: Serve, trace: int) -> Sent:
    """Ana sends Ben, who has their chat open, a message; returns when it is on both screens and acknowledged."""
    url = await serve(trace=trace)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread)
        id_ = await at_ana.sends(thread, SECRET)
        for each in (at_ana, at_ben):
            await each.receives("message", seq=2)
            await each.everything_so_far()
        return Sent(id_, ana.id, ben.id)


async def test_the_way_of_a_message_is_in_the_log_with_times(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sent = await send_one(serve, trace=1)
    lines = re.findall(rf"message {sent.id[:8]}: +([\d.]+) ms, (.*)", caplog.text)
    times, steps = [float(time) for time, _ in lines], [step for _, step in lines]
    assert steps[:4] == [
        "received",
        "checked, waits for a batch",
        "sent to PostgreSQL in a batch of 1",
        "stored (COMMIT), number 2",
    ]
    assert sorted(steps[4:]) == [
        "acknowledged",
        "published for 2 people",
        f"relayed by Redis for user {sent.ana}",
        f"relayed by Redis for user {sent.ben}",
        f"written to a socket of user {sent.ana}",
        f"written to a socket of user {sent.ben}",
    ]
    assert times[0] >= 0
    assert times == sorted(times)
    assert SECRET not in caplog.text


async def test_without_it_no_step_is_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sent = await send_one(serve, trace=0)
    assert sent.id[:8] not in caplog.text
