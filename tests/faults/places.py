"""Environments that some faults need: a small disk, a settable clock. `missing` tests if one is available."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from chatserver.development.embedded import EmbeddedServers

SMALL_DISK = "120m"
LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")


def missing(fault: str) -> str:
    """Returns what this machine lacks for a fault, in a few words; "" if nothing."""
    if PLACES.get(fault) in {small_disk, small_disk_of_files}:
        with TemporaryDirectory() as folder:
            if not mount(Path(folder)):
                return "a small disk takes the right to mount a tmpfs, as root"
            umount(Path(folder))
    if PLACES.get(fault) is settable_clock and not libfaketime():
        install_on_debian("faketime")
        if not libfaketime():
            return "setting the clock takes libfaketime (Debian: apt install faketime)"
    return ""


def install_on_debian(package: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing Debian's {package} ...", flush=True)
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
            quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, env=quiet, capture_output=True, check=False)


def mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    return os.geteuid() == 0 and not subprocess.run(command, capture_output=True, check=False).returncode


def umount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], check=True)


def libfaketime() -> Path | None:
    return next((path for pattern in LIBRARIES for path in Path("/").glob(pattern.lstrip("/"))), None)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Puts PostgreSQL's tables on a small tmpfs, but not its write-ahead log, without which it stops."""
    tables = folder / "postgres"
    tables.mkdir()
    assert mount(tables)
    try:
        with EmbeddedServers(folder):
            pass  # creates the data folder
        log = folder / "wal"
        shutil.move(tables / "data" / "pg_wal", log)
        owner = (tables / "data").stat()
        for path in (log, *log.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        (tables / "data" / "pg_wal").symlink_to(log)
        yield
    finally:
        umount(tables)


@contextmanager
def settable_clock(folder: Path) -> Iterator[None]:
    """Servers started in this context shift their clock as the file `clock` says (libfaketime)."""
    (folder / "clock").write_text("+0")
    before = dict(os.environ)
    os.environ |= {
        "LD_PRELOAD": str(libfaketime()),
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


@contextmanager
def small_disk_of_files(folder: Path) -> Iterator[None]:
    """Puts the files that people send on a small tmpfs."""
    files = folder / "secrets" / "files"
    files.mkdir(parents=True)
    assert mount(files)
    try:
        yield
    finally:
        umount(files)


PLACES = {
    "disk-full": small_disk,
    "disk-of-files-full": small_disk_of_files,
    "clock-set-back-an-hour": settable_clock,
}
ORDINARY = nullcontext
