"""Any order of sending, changing, late and lost news, reconnecting, reading, joining and leaving, against a model."""

import asyncio

from hypothesis import settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from chatserver.config.settings import Config
from chatserver.database.client import connect
from tests.realtime.schedule_of_changes import ScheduleOfChanges

EXAMPLES = 60


def test_whatever_the_order_of_events_every_screen_shows_what_is_stored(config: Config) -> None:
    with asyncio.Runner() as runner:
        db = runner.run(connect(str(config.database_url), 2, 0))
        ScheduleOfChanges.config, ScheduleOfChanges.runner, ScheduleOfChanges.db = config, runner, db
        run_state_machine_as_test(
            ScheduleOfChanges,
            settings=settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None, derandomize=True),
        )
        runner.run(db.close())
