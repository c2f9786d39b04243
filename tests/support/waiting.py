"""Waiting without an event loop."""

import time
from collections.abc import Callable
from typing import Any


def wait_until(happens: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 30
    while not (result := happens()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return result
