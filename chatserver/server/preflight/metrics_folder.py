"""Checks that workers can share their metrics in a folder."""

from collections.abc import Iterator

from chatserver.config.settings import Config, ConfigError
from chatserver.telemetry.multiprocess import clean_up, share


def metrics_problems(config: Config) -> Iterator[str]:
    """Tries to share metrics as gunicorn's master does."""
    if config.metrics_port:
        try:
            share()
        except ConfigError as error:
            yield str(error)
        else:
            clean_up()
