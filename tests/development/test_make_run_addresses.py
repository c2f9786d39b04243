"""`make run`: the address it prints, and the errors when it cannot have its address."""

import re
import socket
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from chatserver.development.addresses import AddressError, check_address
from tests.development.run import DEADLINE, Run, Start
from tests.support.ports import unused_port
from tests.support.repository import ROOT

pytestmark = pytest.mark.long


def test_make_run_on_all_addresses_prints_the_address_for_other_devices(start: Start) -> None:
    run = start(HOST="0.0.0.0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        found = way.connect_ex(("198.51.100.1", 9)) == 0  # otherwise this machine has no network
        there = [f"http://{way.getsockname()[0]}:{run.url.rpartition(':')[2]}"] if found else []
    assert re.findall(r"for other devices at (http://\S+) ", run.printed) == there
    for url in there:
        with urllib.request.urlopen(f"{url}/messages/sign-up/") as response:
            assert response.status == 200


def test_a_busy_port_is_named_with_a_solution(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = Run(tmp_path / "data", port)
        assert run.process.wait(DEADLINE) == 1
    assert run.printed.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 cannot be had" in run.printed
    assert f"make run PORT={port + 1}" in run.printed


@pytest.mark.parametrize("busy", [0, 1])
def test_a_port_that_is_busy_on_one_of_two_addresses_is_named(
    config: Config, monkeypatch: pytest.MonkeyPatch, busy: int
) -> None:
    """`localhost` often has two addresses. The test uses two ports instead, since not every system has two."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        places = [("127.0.0.1", config.port), ("127.0.0.1", config.port)]
        places[busy] = other.getsockname()
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", place) for place in places]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        with pytest.raises(AddressError, match=f"Port {config.port} of localhost cannot be had"):
            check_address(replace(config, host="localhost"))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "0"}, "PORT must be 1 or more."),
        ({"PORT": "65535"}, "stop what uses it, or take another: make run PORT=8080"),
        ({"HOST": "203.0.113.9"}, "HOST=203.0.113.9 is no address of this machine."),
        ({"HOST": "nowhere.invalid"}, "HOST=nowhere.invalid is no address of this machine."),
        ({"METRICS_PORT": "65535"}, "stop what uses it, or take another: make run METRICS_PORT=8080"),
    ],
)
def test_an_unavailable_address_is_named_with_a_solution(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    with socket.create_server(("127.0.0.1", 65535)):
        run = Run(tmp_path / "data", unused_port(), ROOT, **settings)
        assert run.process.wait(DEADLINE) == 1
    assert run.printed.startswith("chatserver: ")
    assert run.printed.endswith(f"{sentence}\n")
    assert run.printed.count("\n") == 1


def test_make_run_names_a_folder_in_use_and_its_holder(start: Start) -> None:
    first = start()
    second = Run(first.data_dir, unused_port())
    assert second.process.wait(DEADLINE) == 1
    assert f"pid {first.process.pid}" in second.printed
    assert "Traceback" not in second.printed
