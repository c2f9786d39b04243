"""`make run`: it serves, reloads, keeps its data, and leaves nothing behind."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from aiohttp.test_utils import unused_port

from chatserver.config.settings import Config
from chatserver.development.addresses import AddressError, check_address
from chatserver.development.embedded import EmbeddedServers, running
from chatserver.development.embedded.lock import holder_of
from chatserver.development.embedded.processes import start_of

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
DEADLINE = 30  # seconds


class Run:
    """One `python -m chatserver run`, and what it has printed."""

    def __init__(self, data_dir: Path, port: int, checkout: Path = ROOT, *options: str, **settings: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self._printed = data_dir.with_name(f"printed-{time.monotonic_ns()}")
        self._environment = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "MAKELEVEL"}
        } | {"PORT": str(port), "DATA_DIR": str(data_dir), **settings}
        self._checkout = checkout
        with self._printed.open("wb") as output:
            self.process = self.start("run", *options, stdout=output, stderr=output, start_new_session=True)

    def start(self, *arguments: str, **settings: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "chatserver", *arguments]
        return subprocess.Popen(command, cwd=self._checkout, env=self._environment, text=True, **settings)

    def command(self, *arguments: str) -> str:
        """What another `python -m chatserver` prints beside it."""
        with self.start(*arguments, stdout=subprocess.PIPE) as process:
            printed, _ = process.communicate()
        assert process.returncode == 0
        return printed

    @property
    def printed(self) -> str:
        return self._printed.read_text(errors="replace")

    def wait_until_it_says(self, words: str, times: int = 1) -> None:
        wait_until(lambda: self.printed.count(words) >= times or self.process.poll() is not None)
        assert self.printed.count(words) >= times, self.printed

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path) as response:
            return str(response.read().decode())

    def children(self) -> list[int]:
        return [child["pid"] for child in holder_of(self.data_dir)["children"].values()]

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)


def wait_until(happens: Callable[[], Any]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


Start = Callable[..., Run]


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder that a first run leaves."""
    run = Run(tmp_path_factory.mktemp("first") / "data", unused_port())
    run.wait_until_it_says("chatserver is at")
    assert run.end() == 0
    return run.data_dir


@pytest.fixture
def start(first_run: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts a server on this test's own data folder and port, and waits until it says that it is there."""
    runs: list[Run] = []
    port = unused_port()
    data_dir = tmp_path / "data"
    subprocess.run(["cp", "-a", first_run, data_dir], check=True)

    def start(*options: str, checkout: Path = ROOT, **settings: str) -> Run:
        runs.append(Run(data_dir, port, checkout, *options, **settings))
        runs[-1].wait_until_it_says("chatserver is at")
        return runs[-1]

    yield start
    for run in runs:
        if run.process.poll() is None:
            run.end()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code that a test may change."""
    for name in ("chatserver", "templates", "static", "sql", "locale"):
        shutil.copytree(ROOT / name, tmp_path / "checkout" / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "checkout"


def count_messages(run: Run) -> int:
    urls = running(run.data_dir)
    assert urls
    with closing(psycopg2.connect(urls[0])) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from messages")
        row = cursor.fetchone()
    assert row
    return int(row[0])


def test_on_all_addresses_it_says_where_other_devices_find_it(start: Start) -> None:
    run = start(HOST="0.0.0.0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        found = way.connect_ex(("198.51.100.1", 9)) == 0  # else this machine is in no network
        there = [f"http://{way.getsockname()[0]}:{run.url.rpartition(':')[2]}"] if found else []
    assert re.findall(r"for other devices at (http://\S+) ", run.printed) == there
    for url in there:
        with urllib.request.urlopen(f"{url}/messages/sign-up/") as response:
            assert response.status == 200


def test_a_second_run_has_the_messages_of_the_first(start: Start) -> None:
    run = start()
    made = json.loads(run.command("provision", "--users", "2", "--threads", "1", "--messages", "3"))
    assert len(made["users"]) == 2
    assert run.end() == 0
    assert count_messages(start()) == 3


def test_the_demo_says_how_to_sign_in(start: Start) -> None:
    run = start("--demo")
    run.wait_until_it_says("sign in as Ana")
    assert count_messages(run) > 0


def test_what_a_developer_set_for_other_servers_does_not_count_for_ours(start: Start) -> None:
    others = {"PGSERVICE": "work", "PGHOSTADDR": "127.0.0.9", "PGCLIENTENCODING": "LATIN1", "PGREQUIREAUTH": "none"}
    run = start("--demo", **others)
    assert run.get("/readyz")
    commands = (
        ("provision", "--users", "2", "--threads", "1"),
        ("user", "create", "Дана", "--link"),
        ("thread", "create", "Ana", "Дана"),
        ("migrate",),
    )
    for command in commands:  # beside the servers that run
        run.command(*command)
    assert run.end() == 0
    run.command("thread", "create", "Ben", "Дана")  # on servers for the moment


@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "koi8-r"},
    ],
    ids=lambda settings: " ".join(settings.values()),
)
def test_a_terminal_of_any_charset_is_spoken_to(start: Start, settings: dict[str, str]) -> None:
    """Of "…" or "Клео" each of these lacks something."""
    run = start("--demo", **settings)
    run.wait_until_it_says("sign in as Ben")
    assert json.loads(run.command("thread", "create", "Ana", "Ben"))["members"]
    assert run.end() == 0
    assert "Traceback" not in run.printed


def test_make_takes_no_settings_of_another_python(tmp_path: Path) -> None:
    data_dir, port = tmp_path / "data", unused_port()
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"PYTHONHOME": "/nowhere", "PYTHONPATH": "/nowhere", "PYTHONSAFEPATH": "1"}
    command = ["make", "run", f"PYTHON={sys.executable}", f"PORT={port}", f"DATA_DIR={data_dir}"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as make:
        assert make.stdout
        assert any("chatserver is at" in line for line in make.stdout)
        make.send_signal(signal.SIGINT)
        os.kill(holder_of(data_dir)["pid"], signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_when_stopped_it_leaves_nothing_running(start: Start, number: signal.Signals) -> None:
    run = start()
    children = run.children()
    assert len(children) == 3
    assert run.end(number) == 0
    assert not any(map(start_of, children))
    assert "Traceback" not in run.printed
    assert running(run.data_dir) is None


def test_a_killed_one_blocks_neither_port_nor_data(start: Start) -> None:
    run = start()
    run.command("provision", "--users", "2", "--threads", "1", "--messages", "3")
    run.end(signal.SIGKILL)
    assert count_messages(start()) == 3


def test_it_ends_when_make_is_killed(start: Start, tmp_path: Path) -> None:
    """make does not pass its own death on."""
    port = unused_port()
    code = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'chatserver', 'run'])"
    environment = os.environ | {"PORT": str(port), "DATA_DIR": str(tmp_path), "MAKELEVEL": "1"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    make = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    wait_until(lambda: len(holder_of(tmp_path).get("children", {})) == 3)
    make.kill()
    make.wait()
    wait_until(lambda: not holder_of(tmp_path))


def test_a_busy_port_is_named_with_the_way_out(tmp_path: Path) -> None:
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
    """`localhost` often has two. Here a port stands for an address, since not every system has a second one."""
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
def test_an_address_that_cannot_be_had_is_named_with_what_to_do(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    with socket.create_server(("127.0.0.1", 65535)):
        run = Run(tmp_path / "data", unused_port(), ROOT, **settings)
        assert run.process.wait(DEADLINE) == 1
    assert run.printed.startswith("chatserver: ")
    assert run.printed.endswith(f"{sentence}\n")
    assert run.printed.count("\n") == 1


def test_a_folder_in_use_is_named_with_who_uses_it(start: Start) -> None:
    first = start()
    second = Run(first.data_dir, unused_port())
    assert second.process.wait(DEADLINE) == 1
    assert f"pid {first.process.pid}" in second.printed
    assert "Traceback" not in second.printed


def test_scripts_are_separate_modules_with_their_comments_for_a_debugger(start: Start) -> None:
    run = start()
    page = run.get("/messages/sign-in/")
    script = page.partition('type="module" src="')[2].partition('"')[0]
    assert "/** Entry of every page but the messenger's. */" in run.get(script)
    assert "export class Today" in run.get(script.replace("page.js", "lib/time.js"))


def test_a_changed_template_is_served(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    page = checkout / "templates" / "pages" / "sign_in.html"
    page.write_text(page.read_text().replace("{% endblock", "a new line{% endblock"))
    run.wait_until_it_says("chatserver is at", times=2)
    assert "a new line" in run.get("/messages/sign-in/")


def test_broken_code_ends_the_web_process_alone_until_it_is_mended(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    module = checkout / "chatserver" / "validation.py"
    whole = module.read_text()
    module.write_text("def broken(:")
    run.wait_until_it_says("The web process ended")
    module.write_text(whole)
    run.wait_until_it_says("chatserver is at", times=2)


def test_a_migration_that_appears_is_applied(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    (checkout / "sql" / "migrations" / "9999_notes.sql").write_text("create table notes (note text);")
    run.wait_until_it_says("Applied migration 9999_notes")
    run.wait_until_it_says("chatserver is at", times=2)


def test_servers_that_are_given_are_used_and_left_running(
    start: Start, servers: EmbeddedServers, database_url: str
) -> None:
    run = start(DATABASE_URL=database_url, REDIS_URL=servers.redis_url)
    assert run.get("/readyz")
    assert holder_of(run.data_dir) == {}
    assert run.end() == 0
    assert not servers.revive()
