"""Unusual places for a world: a small disk, a clock that can be set. Where they can't be had, `Impossible` says why."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from chatserver.embedded import EmbeddedServers

SMALL_DISK = "120m"
LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")


class Impossible(Exception):
    """What this machine cannot do; one sentence."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """PostgreSQL's tables on a small tmpfs; its log of writes stays outside, since without room for that it stops."""
    tables = folder / "postgres"
    tables.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(tables)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        raise Impossible("a small disk needs the right to mount a tmpfs")
    try:
        with EmbeddedServers(folder):
            pass  # makes the data
        log = folder / "wal"
        shutil.move(tables / "data" / "pg_wal", log)
        owner = (tables / "data").stat()
        for path in (log, *log.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        (tables / "data" / "pg_wal").symlink_to(log)
        yield
    finally:
        subprocess.run(["umount", str(tables)], check=True)


@contextmanager
def settable_clock(folder: Path) -> Iterator[None]:
    """Servers that are started meanwhile take the time shifted by what the file `clock` says (libfaketime)."""
    found = [path for pattern in LIBRARIES for path in Path("/").glob(pattern.lstrip("/"))]
    if not found:
        raise Impossible("setting the clock needs libfaketime (Debian: apt install faketime)")
    (folder / "clock").write_text("+0")
    before = dict(os.environ)
    os.environ |= {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


PLACES = {"disk-full": small_disk, "clock-set-back-an-hour": settable_clock}
ORDINARY = nullcontext
