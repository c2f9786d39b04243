"""A data folder has one holder: the orphans of a dead one are ended, and a living one is named."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatserver.development.embedded import EmbeddedError, processes, running
from chatserver.development.embedded.processes import Fate, start_of
from tests.development.servers import (
    HOLD_SERVERS,
    LEAVE_AN_ORPHAN,
    as_root,
    ask,
    copy,
    held_by_another,
    run_and_kill,
    started,
)

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


def test_the_next_start_after_a_killed_parent_has_all_committed_data(data_dir: Path) -> None:
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


def test_a_process_that_reuses_the_pid_of_an_orphan_gets_no_signal(data_dir: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as stranger, held_by_another(data_dir) as record:
        record["children"] = {"postgres": {**record["children"]["postgres"], "pid": stranger.pid}}
        rewrite(data_dir, record)
        with pytest.raises(EmbeddedError, match="held by what a dead chatserver left running"):
            started(data_dir).start()
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("identity", ["", "another boot pid:[1] 77"])
def test_no_process_of_a_holder_that_may_be_alive_is_signaled(data_dir: Path, identity: str) -> None:
    """A holder of an earlier version, or of another PID namespace."""
    with held_by_another(data_dir) as record:
        rewrite(data_dir, record | {"identity": identity})
        with pytest.raises(
            EmbeddedError, match=rf"in use by another chatserver \(pid {record['pid']}, perhaps in a cont"
        ):
            started(data_dir).start()
        assert start_of(record["children"]["postgres"]["pid"])


@as_root
def test_no_process_here_is_signaled_when_another_container_holds_the_folder(data_dir: Path) -> None:
    """A container of its own plays this system, so that a mistake harms nobody; in it bystanders have all numbers that
    the servers have in the container in it.
    """
    result = subprocess.run(
        [*CONTAINER, sys.executable, "-c", TWO_CONTAINERS, str(data_dir)], capture_output=True, text=True, check=True
    )
    died, refused = result.stdout.splitlines()
    assert died == "0"
    assert "in use by another chatserver (pid 2, perhaps in a container" in refused


def test_without_proc_processes_are_identified_by_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PROC", Path("/nowhere"))
    with subprocess.Popen(["sleep", "600"]) as child:
        noted = processes.identity(child.pid)
        assert processes.fate(child.pid, noted) is Fate.ALIVE
        processes.send(os.getpid(), noted, signal.SIGKILL)  # the identity of another process
        processes.send(child.pid, noted, signal.SIGTERM)
        assert child.wait() == -signal.SIGTERM
    assert processes.fate(child.pid, noted) is Fate.DEAD


def rewrite(data_dir: Path, record: dict[str, Any]) -> None:
    (data_dir / "lock").write_text(json.dumps(record))


def test_a_pid_file_with_the_pid_of_another_program_does_not_prevent_the_start(data_dir: Path) -> None:
    (data_dir / "postgres" / "data" / "postmaster.pid").write_text(f"{os.getppid()}\n")
    with started(data_dir) as servers:
        assert ask(servers, "select 1") == (1,)


def test_temporary_sockets_of_a_killed_parent_are_removed(first_start: Path, tmp_path: Path) -> None:
    data_dir = copy(first_start, tmp_path / ("x" * 120))
    run_and_kill(HOLD_SERVERS, data_dir)
    sockets = Path(json.loads((data_dir / "lock").read_text())["temporary"])
    assert sockets.exists()
    with started(data_dir):
        assert not sockets.exists()


def test_a_folder_in_use_is_refused_with_the_name_of_its_holder(data_dir: Path) -> None:
    with started(data_dir), pytest.raises(EmbeddedError, match=rf"in use by another chatserver \(pid {os.getpid()}\)"):
        started(data_dir).start()


def test_other_processes_find_the_running_servers(data_dir: Path) -> None:
    assert running(data_dir) is None
    with started(data_dir) as servers:
        assert running(data_dir) == (servers.database_url, servers.redis_url)
    assert running(data_dir) is None
