"""Logs to stderr, in UTC: one line per event, as JSON for programs or plain for people.

Never logs texts, passwords, tokens, cookies or query strings; control characters are escaped, so that no input can
forge a line. Replaces python-json-logger: using it would take as many lines, and the plain form is needed besides.
"""

import json
import logging
import logging.config
import re
import sys
import time
from functools import lru_cache
from typing import Any

from chatserver.config.settings import Config
from chatserver.telemetry.metrics import LOG_LINES

OWN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}  # others came by `extra`
ENCODER = json.JSONEncoder(default=str)  # `dumps` would make one for each line
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def set_up(config: Config) -> None:
    """Configures logging for this process."""
    logging.config.dictConfig(log_config(config))


def log_config(config: Config) -> dict[str, Any]:
    """Returns the settings for `dictConfig` and gunicorn's `logconfig_dict`: gunicorn's lines look like ours."""
    chosen = config.log_format or ("json" if config.production and not sys.stderr.isatty() else "plain")
    with_access = (config.access_log or ("on" if config.production else "off")) == "on"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": JsonLines if chosen == "json" else PlainLines}},
        "handlers": {"stderr": {"()": CountingHandler, "formatter": "lines"}},
        "root": {"level": "INFO", "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL"},  # it would log paths and query strings
            "chatserver.access": {"level": "INFO" if with_access else "WARNING"},
        },
    }


class CountingHandler(logging.StreamHandler[Any]):
    """Counts warnings and errors in a metric, so that alerts can notice them."""

    def emit(self, record: logging.LogRecord) -> None:
        """Counts the record, then writes it."""
        if record.levelno >= logging.WARNING:
            LOG_LINES.labels("error" if record.levelno >= logging.ERROR else "warning").inc()
        super().emit(record)


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object on one line, without the caller, which logging would look for each time.

    https://docs.python.org/3/howto/logging.html#optimization
    """

    def __init__(self) -> None:
        super().__init__()
        logging._srcfile = None  # noqa: SLF001  # as documented
        logging.logThreads = logging.logMultiprocessing = False

    def format(self, record: logging.LogRecord) -> str:
        """Returns the JSON; a traceback becomes one of its fields."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields(record),
            "pid": record.process,
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return ENCODER.encode(line)


class PlainLines(logging.Formatter):
    """Formats a record for people. Indents every line of a traceback, so that none looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Returns the line, followed by the traceback if there is one."""
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = _escaped(f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}{fields}")
        if record.exc_info:
            lines = self.formatException(record.exc_info).splitlines()
            line += "".join(f"\n    {_escaped(each)}" for each in lines)
        return line


def _time(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(1)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in record.__dict__.items() if name not in OWN}


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
