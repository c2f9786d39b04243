"""Any order of sending, news late or lost, reconnecting, reading, joining and leaving, against a simple model."""

from hypothesis import settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from chatserver.config.settings import Config
from tests.realtime.schedule import Schedule

EXAMPLES = 60


def test_whatever_the_order_of_events_every_screen_shows_what_is_stored(config: Config) -> None:
    Schedule.config = config
    run_state_machine_as_test(
        Schedule,
        settings=settings(max_examples=EXAMPLES, stateful_step_count=30, deadline=None, derandomize=True),
    )
