"""The lock that keeps a data folder for one process and its children."""

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
ORPHANS_STOP_WITHIN = 10.0  # seconds, then they are killed
ORPHANS_DIE_WITHIN = 15.0  # seconds
LOOK_AGAIN = 0.05  # seconds

Record = dict[str, Any]
Child = Mapping[str, Any]  # its pid, its identity, and the number of the signal that ends it


class FolderLock:
    """Held by us and by every child that inherits it: who gets it knows that no server lives on the folder.

    The file says, as JSON, who holds it and what runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record: Record = {}

    def acquire(self) -> Record:
        """Take the lock, ending the orphans of a holder that was killed; return the record that one left.

        Raises EmbeddedError when a living process holds it or the folder cannot be written.
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
        if os.geteuid() == 0:  # the folder's owner may be its next user
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
        """Raises EmbeddedError unless the holder has surely ended, and its children may be asked to."""
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
        """Add to the record. Raises OSError, as for a full disk."""
        self._record |= facts
        os.ftruncate(self.fileno(), 0)
        os.write(self.fileno(), json.dumps(self._record).encode())

    def fileno(self) -> int:
        return self._file.fileno()

    def release(self) -> None:
        """Leave the folder to the next one, when every child has ended."""
        os.ftruncate(self.fileno(), 0)
        self._file.close()


def holder_of(folder: Path) -> Record:
    """The record of who holds the folder; empty when nobody does."""
    with suppress(FileNotFoundError), (folder / LOCK_FILE).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return read(file.fileno())
    return {}


def read(file: int) -> Record:
    """The record in an open lock file; empty while it is being written."""
    with suppress(ValueError):
        record: Record = json.loads(os.pread(file, 65536, 0))
        return record
    return {}


def end(children: Mapping[str, Child], stronger: int | None = None) -> bool:
    """Signals the recorded children: where the system has no death signal, they outlive their parent."""
    for child in children.values():
        send(child["pid"], child["identity"], stronger or child["stop"])
    return True


def named(children: Mapping[str, Child]) -> str:
    """The children that may still live, for a person who is to end them."""
    left = [
        f"{name} (pid {child['pid']})"
        for name, child in children.items()
        if fate(child["pid"], child["identity"]) is not Fate.DEAD
    ]
    return " and ".join(left) or "whatever has the file lock there open"
