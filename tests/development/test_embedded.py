"""Servers of our own: PostgreSQL and Valkey that start anywhere, lose nothing, and leave nothing running."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from chatserver.development.embedded import EmbeddedError, EmbeddedServers, processes, running
from chatserver.development.embedded.lock import holder_of
from chatserver.development.embedded.processes import Fate, start_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can see that")

HOLD_SERVERS = """
import sys
from pathlib import Path
from chatserver.development.embedded import EmbeddedServers
with EmbeddedServers(Path(sys.argv[1]), durable=False):
    print("ready", flush=True)
    sys.stdin.read()
"""

LEAVE_AN_ORPHAN = """
import signal, subprocess, sys
from pathlib import Path
from chatserver.development.embedded.lock import FolderLock
from chatserver.development.embedded.processes import identity
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
orphan = subprocess.Popen(["sleep", "600"], start_new_session=True, pass_fds=[lock.fileno()])
lock.note(children={"postgres": {"pid": orphan.pid, "identity": identity(orphan.pid), "stop": signal.SIGTERM}})
print(orphan.pid, flush=True)
sys.stdin.read()
"""

CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]

TWO_CONTAINERS = f"""
import subprocess, sys
from pathlib import Path
from chatserver.development.embedded import EmbeddedError, EmbeddedServers
subprocess.run(["true"])  # of number 2, as the holder has it in its container
bystanders = [subprocess.Popen(["sleep", "600"]) for _ in range(200)]
holder = [*{CONTAINER}, "sh", "-c", '"$@"; true', "sh", sys.executable, "-c", {HOLD_SERVERS!r}, sys.argv[1]]
with subprocess.Popen(holder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
    assert other.stdout.readline() == "ready\\n"
    try:
        EmbeddedServers(Path(sys.argv[1]), durable=False).start()
    except EmbeddedError as error:
        print(sum(bystander.poll() is not None for bystander in bystanders))
        print(error)
    other.stdin.close()
"""


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first start."""
    data_dir = tmp_path_factory.mktemp("data")
    with started(data_dir):
        pass
    return data_dir


@pytest.fixture
def data_dir(first_start: Path, tmp_path: Path) -> Path:
    return copy(first_start, tmp_path / "data")


def copy(data_dir: Path, to: Path) -> Path:
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", data_dir, to], check=True)
    return to


def started(data_dir: Path, **settings: Any) -> EmbeddedServers:
    return EmbeddedServers(data_dir, durable=False, **settings)


def ask(servers: EmbeddedServers, *statements: str) -> Any:
    """Each statement committed; the first row of the last one's answer."""
    with closing(psycopg2.connect(servers.database_url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone()


@contextmanager
def valkey(servers: EmbeddedServers) -> Iterator[Any]:
    with closing(redis.from_url(servers.redis_url)) as client:
        yield client


def run_and_kill(program: str, data_dir: Path) -> str:
    """Run the program until it has said a line, kill it, and return the line."""
    command = [sys.executable, "-c", program, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        process.kill()
    return line


def wait_until(happens: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 20
    while not (result := happens()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return result


def test_what_was_stored_is_there_after_the_next_start(data_dir: Path) -> None:
    with started(data_dir) as servers, valkey(servers) as client:
        ask(servers, "create table notes (note text)", "insert into notes values ('kept') returning note")
        client.set("note", "kept")
    with started(data_dir) as servers, valkey(servers) as client:
        assert ask(servers, "select note from notes") == ("kept",)
        assert client.get("note") == b"kept"


def test_nothing_listens_on_tcp(data_dir: Path) -> None:
    with started(data_dir) as servers, valkey(servers) as client:
        assert ask(servers, "show listen_addresses") == ("",)
        assert client.config_get("port") == {"port": "0"}


def test_case_folds_in_cyrillic(data_dir: Path) -> None:
    with started(data_dir) as servers:
        assert ask(servers, "select lower('ПРИВЕТ'), upper('ё'), 'привет' ilike 'ПРИ%'") == ("привет", "Ё", True)


def test_after_a_killed_parent_the_next_start_has_what_was_committed(data_dir: Path) -> None:
    with started(data_dir) as servers:
        ask(servers, "create table notes (note text)", "insert into notes values ('kept') returning note")
    assert run_and_kill(HOLD_SERVERS, data_dir) == "ready\n"
    with started(data_dir) as servers:
        assert ask(servers, "select note from notes") == ("kept",)


def test_orphans_of_a_killed_parent_are_ended(data_dir: Path) -> None:
    orphan = int(run_and_kill(LEAVE_AN_ORPHAN, data_dir))
    assert start_of(orphan)
    with started(data_dir):
        assert not start_of(orphan)


def test_a_process_that_has_an_orphans_number_by_now_gets_no_signal(data_dir: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger, held_by_another(data_dir) as record:
        record["children"] = {"postgres": {**record["children"]["postgres"], "pid": stranger.pid}}
        rewrite(data_dir, record)
        with pytest.raises(EmbeddedError, match="held by what a dead chatserver left running"):
            started(data_dir).start()
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("identity", ["", "another boot pid:[1] 77"])
def test_of_a_holder_that_is_not_surely_dead_nothing_is_signalled(data_dir: Path, identity: str) -> None:
    """One of before an update, or of another namespace."""
    with held_by_another(data_dir) as record:
        rewrite(data_dir, record | {"identity": identity})
        with pytest.raises(
            EmbeddedError, match=rf"in use by another chatserver \(pid {record['pid']}, perhaps in a cont"
        ):
            started(data_dir).start()
        assert start_of(record["children"]["postgres"]["pid"])


@as_root
def test_nothing_of_this_system_is_signalled_when_the_folder_is_held_in_another_container(data_dir: Path) -> None:
    """A container of its own plays this system, so that a mistake harms nobody; in it bystanders have all numbers that
    the servers have in the container in it.
    """
    result = subprocess.run(
        [*CONTAINER, sys.executable, "-c", TWO_CONTAINERS, str(data_dir)], capture_output=True, text=True, check=True
    )
    died, refused = result.stdout.splitlines()
    assert died == "0"
    assert "in use by another chatserver (pid 2, perhaps in a container" in refused


def test_where_there_is_no_proc_processes_are_told_apart_by_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    with subprocess.Popen(["sleep", "600"]) as child:
        noted = processes.identity(child.pid)
        assert processes.fate(child.pid, noted) is Fate.ALIVE
        processes.send(os.getpid(), noted, signal.SIGKILL)  # another one's identity
        processes.send(child.pid, noted, signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
    assert processes.fate(child.pid, noted) is Fate.DEAD


@contextmanager
def held_by_another(data_dir: Path) -> Iterator[dict[str, Any]]:
    """A folder whose lock the orphan of a killed chatserver holds; the record in it."""
    orphan = int(run_and_kill(LEAVE_AN_ORPHAN, data_dir))
    try:
        yield holder_of(data_dir)
    finally:
        os.kill(orphan, signal.SIGKILL)
        wait_until(lambda: not holder_of(data_dir))


def rewrite(data_dir: Path, record: dict[str, Any]) -> None:
    (data_dir / "lock").write_text(json.dumps(record))


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(data_dir: Path) -> None:
    (data_dir / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    with started(data_dir) as servers:
        assert ask(servers, "select 1") == (1,)


def test_a_half_made_database_is_made_anew(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres" / "new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with started(tmp_path) as servers:
        assert ask(servers, "select 1") == (1,)


def test_a_server_that_ended_is_revived_with_its_data(data_dir: Path) -> None:
    with started(data_dir) as servers:
        ask(servers, "create table notes (note text)", "insert into notes values ('kept') returning note")
        pid = holder_of(data_dir)["children"]["postgres"]["pid"]
        os.kill(pid, signal.SIGKILL)
        assert wait_until(servers.revive) == ["postgres"]
        assert ask(servers, "select note from notes") == ("kept",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PGSERVICE", "work"),
        ("PGHOSTADDR", "127.0.0.9"),
        ("PGOPTIONS", "-c search_path=elsewhere"),
        ("PGCLIENTENCODING", "LATIN1"),
        ("PGTZ", "Asia/Tokyo"),
        ("PGGSSENCMODE", "require"),
        ("PGREQUIREAUTH", "scram-sha-256"),
        ("PGTARGETSESSIONATTRS", "standby"),
    ],
)
def test_what_a_developer_set_for_other_servers_does_not_count_for_ours(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with started(data_dir) as servers:
        assert ask(servers, "select 'Привет', current_setting('timezone'), current_schema()") == (
            "Привет",
            "UTC",
            "public",
        )


@pytest.mark.parametrize("name", ["LC_ALL", "LC_COLLATE", "LC_MESSAGES", "LANG", "TZ"])
def test_a_locale_or_zone_that_is_not_installed_does_not_stop_the_first_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "xx_YY.UTF-8")
    with started(tmp_path) as servers, valkey(servers) as client:
        assert ask(servers, "select lower('ПРИВЕТ'), current_setting('timezone')") == ("привет", "UTC")
        assert client.ping()


@pytest.mark.parametrize("name", ["x" * 120, "with spaces, commas & 100%", "Кириллица"])
def test_any_path_will_do(first_start: Path, tmp_path: Path, name: str) -> None:
    before = set(Path("/tmp").glob("chatserver-*"))
    with started(copy(first_start, tmp_path / name / "data")) as servers, valkey(servers) as client:
        assert ask(servers, "select 1") == (1,)
        assert client.ping()
    assert set(Path("/tmp").glob("chatserver-*")) <= before


def test_temporary_sockets_of_a_killed_parent_are_removed(first_start: Path, tmp_path: Path) -> None:
    data_dir = copy(first_start, tmp_path / ("x" * 120))
    run_and_kill(HOLD_SERVERS, data_dir)
    sockets = Path(json.loads((data_dir / "lock").read_text())["temporary"])
    assert sockets.exists()
    with started(data_dir):
        assert not sockets.exists()


def test_a_folder_in_use_is_refused_and_says_by_whom(data_dir: Path) -> None:
    with started(data_dir), pytest.raises(EmbeddedError, match=rf"in use by another chatserver \(pid {os.getpid()}\)"):
        started(data_dir).start()


def test_data_of_another_postgresql_are_refused(data_dir: Path) -> None:
    version = data_dir / "postgres" / "data" / "PG_VERSION"
    version.write_text("99\n")
    with pytest.raises(EmbeddedError, match="holds data of PostgreSQL 99"):
        started(data_dir).start()
    assert holder_of(data_dir) == {}


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedError, match="cannot be written"):
        started(tmp_path / "file" / "data").start()


def test_without_the_wheels_it_says_what_to_set(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match="set DATABASE_URL and REDIS_URL"):
        started(data_dir).start()


def test_a_server_that_is_given_is_not_started(tmp_path: Path) -> None:
    with started(tmp_path, database_url="postgresql://elsewhere/chat") as servers, valkey(servers) as client:
        assert servers.database_url == "postgresql://elsewhere/chat"
        assert client.ping()
    assert not (tmp_path / "postgres").exists()


def test_other_processes_find_the_running_servers(data_dir: Path) -> None:
    assert running(data_dir) is None
    with started(data_dir) as servers:
        assert running(data_dir) == (servers.database_url, servers.redis_url)
    assert running(data_dir) is None


def test_logs_begin_anew_and_the_last_one_is_kept(data_dir: Path) -> None:
    for _ in range(3):
        with started(data_dir):
            pass
    for log in ("postgres.log", "postgres.log.1"):
        assert (data_dir / log).read_text().count("ready to accept connections") == 1


@as_root
def test_root_changes_no_permissions_outside_the_data_folder(first_start: Path, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = copy(first_start, closed / "data")
    before = [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in data_dir.parents]
    with started(data_dir) as servers:
        assert ask(servers, "select 1") == (1,)
        pid = holder_of(data_dir)["children"]["postgres"]["pid"]
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert [(folder, folder.stat().st_mode, folder.stat().st_uid) for folder in data_dir.parents] == before


@as_root
def test_root_runs_the_servers_as_the_owner_of_the_data_folder(first_start: Path, tmp_path: Path) -> None:
    data_dir = copy(first_start, tmp_path / "data")
    shutil.chown(data_dir, "daemon")
    with started(data_dir):
        pass
    assert (data_dir / "postgres" / "data" / "PG_VERSION").owner() == "daemon"
    assert (data_dir / "lock").owner() == "daemon"
