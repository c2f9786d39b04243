"""Logs, to stderr, in UTC: a line an event, as JSON for programs or plain for people.

Never texts, passwords, tokens, cookies or query strings; and nobody can forge a line, since control characters are
escaped. Replaces python-json-logger, of which these few lines would use as little and need the plain form besides.
"""

import json
import logging
import logging.config
import re
import sys
import time
from typing import Any

from chatserver.config.settings import Config
from chatserver.telemetry.metrics import LOG_LINES

OWN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}  # all else came by `extra`
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def set_up(config: Config) -> None:
    logging.config.dictConfig(log_config(config))


def log_config(config: Config) -> dict[str, Any]:
    """For `dictConfig`, and gunicorn's `logconfig_dict`: its own lines go the same way as ours."""
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
            "gunicorn.access": {"level": "CRITICAL"},  # tells paths and query strings
            "chatserver.access": {"level": "INFO" if with_access else "WARNING"},
        },
    }


class CountingHandler(logging.StreamHandler[Any]):
    """Counts warnings and errors, so that an alarm can ring for one that nobody reads."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            LOG_LINES.labels("error" if record.levelno >= logging.ERROR else "warning").inc()
        super().emit(record)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
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
        return json.dumps(line, default=str)


class PlainLines(logging.Formatter):
    """A traceback takes several lines, each moved in: none looks like one of ours."""

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
        line = _escaped(f"{_time(record)} {record.levelname} {record.name}: {record.getMessage()}{fields}")
        if record.exc_info:
            lines = self.formatException(record.exc_info).splitlines()
            line += "".join(f"\n    {_escaped(each)}" for each in lines)
        return line


def _time(record: logging.LogRecord) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in record.__dict__.items() if name not in OWN}


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
