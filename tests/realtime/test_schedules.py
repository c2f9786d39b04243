"""Sending, changing, searching, lost events, reconnecting, reading, joining and leaving in any order, with a model."""

import asyncio

from hypothesis import settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from chatserver.config.settings import Config
from chatserver.database.client import connect
from chatserver.search.follower import SearchFollower
from tests.realtime.schedule_of_searches import ScheduleOfSearches

EXAMPLES = 60


def test_whatever_the_order_of_events_every_screen_shows_what_is_stored(config: Config) -> None:
    with asyncio.Runner() as runner:
        db = runner.run(connect(str(config.database_url), 2, 0))
        ScheduleOfSearches.config, ScheduleOfSearches.runner, ScheduleOfSearches.db = config, runner, db
        ScheduleOfSearches.follower = SearchFollower(db, 1)
        run_state_machine_as_test(
            ScheduleOfSearches,
            settings=settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None, derandomize=True),
        )
        runner.run(db.close())
