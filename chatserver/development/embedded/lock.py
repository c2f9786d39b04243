"""The lock that reserves a data folder for one process and its children."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatserver.development.embedded.errors import EmbeddedError
from chatserver.development.embedded.processes import Fate, fate, identity, send

LOCK_FILE = "lock"
ORPHANS_STOP_WITHIN = 10.0  # seconds; then they are killed
ORPHANS_DIE_WITHIN = 15.0  # seconds
LOOK_AGAIN = 0.05  # seconds between checks

Record = dict[str, Any]
Child = Mapping[str, Any]  # its pid, identity, and the number of the signal that stops it


class FolderLock:
    """A file lock, held by this process and every child that inherits it: once it is free, no server uses the folder.

    The file names, as JSON, the holder and its children.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record: Record = {}

    def acquire(self) -> Record:
        """Acquires the lock, ending the orphans of a holder that was killed; returns the record that it left.

        Raises EmbeddedError if a living process holds it or the folder is not writable.
        """
        try:
            self._open()
            try:
                self._wait()
                left_behind = read(self._file.fileno())
                self._record = {}
                self.note(pid=os.getpid(), identity=identity(os.getpid()), children={})
            except BaseException:
                self._file.close()
                raise
        except OSError as error:
            raise EmbeddedError(
                f"The data folder {self.folder} cannot be written ({error.strerror}): "
                "make it yours and make room, or set DATA_DIR to another folder."
            ) from None
        return left_behind

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file = (self.folder / LOCK_FILE).open("a+")
        if os.geteuid() == 0:  # the next user of the folder may be its owner
            owner = self.folder.stat()
            os.fchown(self._file.fileno(), owner.st_uid, owner.st_gid)

    def _wait(self) -> None:
        asked = killed = False
        started = time.monotonic()
        while not self._try():
            time.sleep(LOOK_AGAIN)
            waited = time.monotonic() - started
            holder = read(self._file.fileno())
            if holder:
                self._refuse_unless_dead(holder)
            orphans = holder.get("children", {})
            if orphans and not asked:
                asked = end(orphans)
            elif waited > ORPHANS_STOP_WITHIN and not killed:
                killed = end(orphans, signal.SIGKILL)
            if waited > ORPHANS_DIE_WITHIN:
                raise EmbeddedError(
                    f"The data folder {self.folder} is held by what a dead chatserver left running: "
                    f"end {named(orphans)}."
                )

    def _refuse_unless_dead(self, holder: Record) -> None:
        """Raises EmbeddedError unless the holder has certainly ended, so that its children may be stopped."""
        match fate(holder.get("pid", 0), holder.get("identity", "")):
            case Fate.ALIVE:
                who = f"pid {holder['pid']}"
            case Fate.UNKNOWN:
                who = f"pid {holder.get('pid')}, perhaps in a container or on another machine"
            case Fate.DEAD:
                return
        raise EmbeddedError(
            f"The data folder {self.folder} is in use by another chatserver ({who}): "
            "stop that one, or set DATA_DIR to another folder."
        )

    def _try(self) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def note(self, **facts: Any) -> None:
        """Adds to the record. Raises OSError, for example if the disk is full."""
        self._record |= facts
        os.ftruncate(self.fileno(), 0)
        os.write(self.fileno(), json.dumps(self._record).encode())

    def fileno(self) -> int:
        """Returns the file descriptor that children inherit."""
        return self._file.fileno()

    def release(self) -> None:
        """Clears the record and releases the lock; it becomes free once every child has ended."""
        os.ftruncate(self.fileno(), 0)
        self._file.close()


def holder_of(folder: Path) -> Record:
    """Returns the record of the folder's holder, an empty one if the folder is free."""
    with suppress(FileNotFoundError), (folder / LOCK_FILE).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read(file.fileno())
    return {}


def read(file: int) -> Record:
    """Returns the record in an open lock file, an empty one while it is being written."""
    with suppress(ValueError):
        record: Record = json.loads(os.pread(file, 65536, 0))
        return record
    return {}


def end(children: Mapping[str, Child], stronger: int | None = None) -> bool:
    """Signals the recorded children: on systems without a death signal they outlive their parent."""
    for child in children.values():
        send(child["pid"], child["identity"], stronger or child["stop"])
    return True


def named(children: Mapping[str, Child]) -> str:
    """Returns the names and pids of children that may still run, for an error that asks a user to end them."""
    left = [
        f"{name} (pid {child['pid']})"
        for name, child in children.items()
        if fate(child["pid"], child["identity"]) is not Fate.DEAD
    ]
    return " and ".join(left) or "whatever has the file lock there open"
