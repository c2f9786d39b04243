"""Warnings that ask the operator to change something, limited so that repeated causes do not fill the log."""

import logging
from time import monotonic

PERIOD = 3600.0  # seconds
MOST = 10  # different ones in a period


class Notices:
    """Logs each warning once an hour in this process, at most ten different ones."""

    def __init__(self) -> None:
        self._logged_at: dict[object, float] = {}

    def warn(self, log: logging.Logger, about: object, sentence: str, *values: object) -> None:
        """Logs a warning unless it was logged in this period; equal `about` means the same warning."""
        now = monotonic()
        self._logged_at = {key: at for key, at in self._logged_at.items() if now - at < PERIOD}
        if about in self._logged_at or len(self._logged_at) >= MOST:
            return
        self._logged_at[about] = now
        log.warning(sentence, *values)
        if len(self._logged_at) == MOST:
            log.warning("More warnings of this kind are left out for an hour.")
