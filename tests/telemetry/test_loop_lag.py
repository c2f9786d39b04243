"""A blocked event loop is reported."""

import asyncio
import time

import pytest

from chatserver.telemetry.loop_lag import LoopLag


async def test_a_blocked_event_loop_is_logged_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    lag = asyncio.create_task(LoopLag(0.1).run())
    await asyncio.sleep(0)
    for seconds in (0.3, 0.4):
        time.sleep(seconds)  # noqa: ASYNC251  # blocks the loop on purpose
        await asyncio.sleep(0.25)
    assert len(caplog.records) == 1
    lag.cancel()
    await asyncio.wait([lag])
    lags = [record.lag for record in caplog.records]  # type: ignore[attr-defined]
    assert len(lags) == 2  # the last one at the end
    assert all(seconds > 0.1 for seconds in lags)


async def test_a_running_event_loop_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    lag = asyncio.create_task(LoopLag(100).run())
    await asyncio.sleep(0.25)
    lag.cancel()
    await asyncio.wait([lag])
    assert not caplog.records
