"""gunicorn's settings, as gunicorn itself reads them."""

import os
import subprocess
import sys

import pytest

from chatserver.config.settings import Config
from chatserver.resources import PACKAGE


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """What `gunicorn --print-config` says, by name."""
    command = [sys.executable, "-m", "gunicorn", "--print-config", "--config", "python:chatserver.gunicorn_conf"]
    environ = {name: value for name, value in os.environ.items() if name != "GUNICORN_CMD_ARGS"}
    done = subprocess.run(command, cwd=PACKAGE.parent, env=environ, capture_output=True, text=True, check=True)
    lines = (line.partition("=") for line in done.stdout.splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}


def test_a_worker_that_stops_gracefully_is_not_killed_for_being_slow(settings: dict[str, str]) -> None:
    assert int(settings["timeout"]) > int(settings["graceful_timeout"]) > Config().request_timeout


def test_no_worker_restarts_by_itself(settings: dict[str, str]) -> None:
    assert (settings["max_requests"], settings["max_requests_jitter"]) == ("0", "0")


def test_gunicorn_is_controlled_by_signals_alone(settings: dict[str, str]) -> None:
    assert settings["control_socket_disable"] == "True"


def test_everyone_may_come_back_at_once_to_workers_that_share_their_memory(settings: dict[str, str]) -> None:
    assert int(settings["backlog"]) >= 4096
    assert settings["preload_app"] == "True"


def test_only_the_group_of_a_unix_socket_connects_to_it(settings: dict[str, str]) -> None:
    assert 0o777 & ~int(settings["umask"]) == 0o660


def test_another_application_is_run_as_it_is() -> None:
    """Such as the limits of `make bench`."""
    lines = [
        "from types import SimpleNamespace", "from chatserver import gunicorn_conf",
        "worker = SimpleNamespace(wsgi=print)",
        "gunicorn_conf.post_worker_init(worker)", "assert worker.wsgi is print",
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, cwd=PACKAGE.parent)
