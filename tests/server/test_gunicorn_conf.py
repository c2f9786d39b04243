"""gunicorn's settings, as gunicorn reads them."""

import os
import subprocess
import sys

import pytest

from chatserver.config.settings import Config
from chatserver.resources import PACKAGE


@pytest.fixture(scope="module")
def settings() -> dict[str, str]:
    """The output of `gunicorn --print-config`, by name."""
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


def test_workers_preload_the_application_and_accept_many_simultaneous_connections(settings: dict[str, str]) -> None:
    assert int(settings["backlog"]) >= 4096
    assert settings["preload_app"] == "True"


def test_only_owner_and_group_can_connect_to_a_unix_socket(settings: dict[str, str]) -> None:
    assert 0o777 & ~int(settings["umask"]) == 0o660


def test_another_application_runs_with_its_own_settings() -> None:
    """`make bench` has such applications to measure limits."""
    lines = [
        "from types import SimpleNamespace", "from chatserver import gunicorn_conf",
        "worker = SimpleNamespace(wsgi=print)",
        "gunicorn_conf.post_worker_init(worker)", "assert worker.wsgi is print",
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, cwd=PACKAGE.parent)
