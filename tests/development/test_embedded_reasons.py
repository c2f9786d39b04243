# ruff: noqa: F811  # fixtures of another file
"""When an embedded server cannot start, the error gives the reason: the program's first complaint, or the signal."""

import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from chatserver.development.embedded import EmbeddedError, servers
from tests.development.conftest import data_dir, first_start  # noqa: F401  # two are fixtures
from tests.development.servers import as_root, started  # two are fixtures
from tests.support.processes import children
from tests.support.waiting import wait_until  # two are fixtures


def test_the_first_start_reports_that_nothing_more_can_be_written(tmp_path: Path) -> None:
    with file_size_limit(2**20), pytest.raises(EmbeddedError) as refused:
        started(tmp_path).start()
    assert re.search(r"could not write to file .*: File too large \(more in .*/initdb.log\)", str(refused.value))
    assert "File too large" in (tmp_path / "initdb.log").read_text()


@as_root
def test_a_full_disk_is_reported(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], check=True)
    try:
        with (tmp_path / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while filler.write(b"x" * 4096):
                pass
        with pytest.raises(EmbeddedError, match="No space left on device"):
            started(tmp_path).start()
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_a_killed_initdb_is_reported(tmp_path: Path) -> None:
    def kill() -> None:
        def initdbs() -> list[int]:
            return [pid for pid in children(os.getpid()) if b"--pgdata" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        wait_until((tmp_path / "postgres" / "new").exists)
        os.kill(wait_until(initdbs)[0], signal.SIGKILL)

    with ThreadPoolExecutor() as other:
        killing = other.submit(kill)
        with pytest.raises(EmbeddedError, match="could not be made: SIGKILL ended it"):
            started(tmp_path).start()
    killing.result()


def damage(data_dir: Path, how: str) -> None:
    cluster = data_dir / "postgres" / "data"
    match how:
        case "an unknown setting":
            (cluster / "postgresql.auto.conf").write_text("nonsense = 1\n")
        case "a missing file":
            shutil.rmtree(cluster / "global")
        case "a socket path that is taken":
            (data_dir / "run" / ".s.PGSQL.5432").mkdir()
        case "invalid data":
            next((data_dir / "valkey" / "appendonlydir").glob("*.incr.aof")).write_bytes(b"garbage\r\n")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (
            "an unknown setting",
            'postgres did not start: LOG: +unrecognized configuration parameter "nonsense"',
        ),
        ("a missing file", "postgres did not start: postgres: could not find the database system"),
        ("a socket path that is taken", "postgres did not start: LOG: +could not bind Unix address"),
        ("invalid data", "valkey did not start: Bad file format reading the append only file"),
    ],
)
def test_a_server_that_does_not_start_reports_its_first_complaint(data_dir: Path, how: str, reason: str) -> None:
    damage(data_dir, how)
    with pytest.raises(EmbeddedError, match=reason):
        started(data_dir).start()


def test_a_server_that_runs_but_rejects_connections_reports_why(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "READY_WITHIN", 1.0)
    (data_dir / "postgres" / "data" / "pg_hba.conf").write_text("local all all reject\n")
    with pytest.raises(EmbeddedError, match=r"postgres runs but does not answer: .* pg_hba.conf rejects connection"):
        started(data_dir).start()


def test_a_program_that_cannot_be_run_reports_why(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "pginstall" / "bin" / "postgres"
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/nowhere/python\n")
    broken.chmod(0o755)
    monkeypatch.setattr("chatserver.development.embedded.postgres.wheel_folder", lambda package: tmp_path)
    with pytest.raises(EmbeddedError, match=r"postgres cannot be run.*: .*No such file or directory"):
        started(data_dir).start()


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Limits the size of files, in bytes, for this process and its children."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
