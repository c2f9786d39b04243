"""`make run` serves, reloads, keeps its data, and leaves nothing running."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from chatserver.development.embedded import EmbeddedServers, running
from chatserver.development.embedded.lock import holder_of
from chatserver.development.embedded.processes import start_of
from tests.development.run import Run, Start
from tests.support.database import execute
from tests.support.ports import unused_port
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.long


def count_messages(run: Run) -> int:
    ((number,),) = rows(run.data_dir, "select count(*) from messages")
    return int(number)


def rows(data_dir: Path, query: str) -> list[tuple[Any, ...]]:
    urls = running(data_dir)
    assert urls
    return execute(urls[0], query)


def test_a_second_run_keeps_the_messages_of_the_first(start: Start) -> None:
    run = start()
    made = json.loads(run.command("provision", "--users", "2", "--threads", "1", "--messages", "3"))
    assert len(made["users"]) == 2
    assert run.end() == 0
    assert count_messages(start()) == 3


def test_the_demo_says_how_to_sign_in(start: Start) -> None:
    run = start("--demo")
    run.wait_until_it_says("sign in as Ana")
    assert count_messages(run) > 0


def test_the_demo_with_a_site_says_how_to_sign_in_there(start: Start) -> None:
    run = start("--demo", "--site")
    run.wait_until_it_says("sign in as ana")
    [site] = re.findall(r"the site is at (\S+)", run.printed)
    wait_until(lambda: "Ana Ruiz" in _page(f"{site}/"))
    assert "/messages/embed.js" not in _page(f"{site}/")  # nobody is signed in
    assert "ChatServer" in run.get("/messages/embed.js")
    # Nobody has signed in yet, and the chat knows how they are called there.
    (names,) = rows(run.data_dir / "site", "select array_agg(full_name order by id) from users")
    assert names == (["Ana Ruiz", "Ben Diaz", "Клео Орлова"],)


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(url) as response:
            return str(response.read().decode())
    except OSError:
        return ""


def test_a_developers_settings_for_other_servers_do_not_apply_to_ours(start: Start) -> None:
    others = {"PGSERVICE": "work", "PGHOSTADDR": "127.0.0.9", "PGCLIENTENCODING": "LATIN1", "PGREQUIREAUTH": "none"}
    run = start("--demo", **others)
    assert run.get("/readyz")
    commands = (
        ("provision", "--users", "2", "--threads", "1"),
        ("user", "create", "Дана", "--link"),
        ("thread", "create", "Ana", "Дана"),
        ("migrate",),
    )
    for command in commands:  # while the servers are running
        run.command(*command)
    assert run.end() == 0
    run.command("thread", "create", "Ben", "Дана")  # starts the servers for one command


@pytest.mark.parametrize(
    "settings",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "koi8-r"},
    ],
    ids=lambda settings: " ".join(settings.values()),
)
def test_make_run_works_in_a_terminal_of_any_charset(start: Start, settings: dict[str, str]) -> None:
    """Each of these charsets lacks a character of "…" or "Клео"."""
    run = start("--demo", **settings)
    run.wait_until_it_says("sign in as Ben")
    assert json.loads(run.command("thread", "create", "Ana", "Ben"))["members"]
    assert run.end() == 0
    assert "Traceback" not in run.printed


def test_make_ignores_environment_variables_of_another_python(tmp_path: Path) -> None:
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
def test_make_run_leaves_nothing_running_when_stopped(start: Start, number: signal.Signals) -> None:
    run = start()
    children = run.children()
    assert len(children) == 4
    assert run.end(number) == 0
    assert not any(map(start_of, children))
    assert "Traceback" not in run.printed
    assert running(run.data_dir) is None


def test_a_courier_that_ends_by_itself_starts_again(start: Start) -> None:
    run = start()
    courier = holder_of(run.data_dir)["children"]["courier"]["pid"]
    os.kill(courier, signal.SIGKILL)
    wait_until(lambda: holder_of(run.data_dir)["children"]["courier"]["pid"] != courier)
    assert run.end() == 0


def test_a_killed_make_run_blocks_neither_port_nor_data(start: Start) -> None:
    run = start()
    run.command("provision", "--users", "2", "--threads", "1", "--messages", "3")
    run.end(signal.SIGKILL)
    assert count_messages(start()) == 3


def test_make_run_ends_when_make_is_killed(start: Start, tmp_path: Path) -> None:
    """make does not signal its children when it is killed."""
    port = unused_port()
    code = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'chatserver', 'run'])"
    environment = os.environ | {"PORT": str(port), "DATA_DIR": str(tmp_path), "MAKELEVEL": "1"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    make = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)
    wait_until(lambda: len(holder_of(tmp_path).get("children", {})) == 4)
    make.kill()
    make.wait()
    wait_until(lambda: not holder_of(tmp_path))


def test_scripts_are_separate_modules_with_their_comments_for_a_debugger(start: Start) -> None:
    run = start()
    page = run.get("/messages/sign-in/")
    script = page.partition('type="module" src="')[2].partition('"')[0]
    assert "/** Entry of every page but the messenger's. */" in run.get(script)
    assert "export class Today" in run.get(script.replace("page.js", "lib/today.js"))


def test_a_changed_template_is_served(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    page = checkout / "templates" / "pages" / "sign_in.html"
    page.write_text(page.read_text().replace("{% endblock", "a new line{% endblock"))
    run.wait_until_it_says("chatserver is at", times=2)
    assert "a new line" in run.get("/messages/sign-in/")


def test_broken_code_ends_only_the_web_process_until_it_is_fixed(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    module = checkout / "chatserver" / "validation.py"
    whole = module.read_text()
    module.write_text("def broken(:")
    run.wait_until_it_says("The web process ended")
    module.write_text(whole)
    run.wait_until_it_says("chatserver is at", times=2)


def test_a_new_migration_is_applied(start: Start, checkout: Path) -> None:
    run = start(checkout=checkout)
    (checkout / "sql" / "migrations" / "9999_remarks.sql").write_text("create table remarks (remark text);")
    run.wait_until_it_says("Applied migration 9999_remarks")
    run.wait_until_it_says("chatserver is at", times=2)


def test_servers_named_by_settings_are_used_and_left_running(
    start: Start, servers: EmbeddedServers, database_url: str
) -> None:
    run = start(DATABASE_URL=database_url, REDIS_URL=servers.redis_url)
    assert run.get("/readyz")
    assert holder_of(run.data_dir) == {}
    assert run.end() == 0
    assert not servers.revive()
