"""The lock that keeps a data folder for one process and its children."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from chatserver.embedded.errors import EmbeddedError

LOCK_FILE = "lock"
ORPHANS_STOP_WITHIN = 10.0  # seconds, then they are killed
ORPHANS_DIE_WITHIN = 15.0  # seconds
LOOK_AGAIN = 0.05  # seconds

Record = dict[str, Any]


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
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = (self.folder / LOCK_FILE).open("a+")
            if os.geteuid() == 0:  # the folder's owner may be its next user
                owner = self.folder.stat()
                os.fchown(self._file.fileno(), owner.st_uid, owner.st_gid)
        except OSError as error:
            raise EmbeddedError(
                f"The data folder {self.folder} cannot be written ({error.strerror}): "
                "make it yours, or set DATA_DIR to another folder."
            ) from None
        try:
            self._wait()
        except BaseException:
            self._file.close()
            raise
        left_behind = read(self._file.fileno())
        self._record = {}
        self.note(pid=os.getpid(), children={})
        return left_behind

    def _wait(self) -> None:
        asked = killed = False
        started = time.monotonic()
        while not self._try():
            time.sleep(LOOK_AGAIN)
            waited = time.monotonic() - started
            holder = read(self._file.fileno())
            if is_alive(holder.get("pid", 0)):
                raise EmbeddedError(
                    f"The data folder {self.folder} is in use by another chatserver (pid {holder['pid']}): "
                    "stop that one, or set DATA_DIR to another folder."
                )
            orphans = holder.get("children", {})
            if not asked:
                asked = send(orphans)
            elif waited > ORPHANS_STOP_WITHIN and not killed:
                killed = send(orphans, signal.SIGKILL)
            if waited > ORPHANS_DIE_WITHIN:
                raise EmbeddedError(
                    f"The data folder {self.folder} is held by what a dead chatserver left running: "
                    f"end the processes {orphans}."
                )

    def _try(self) -> bool:
        with suppress(BlockingIOError):
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def note(self, **facts: Any) -> None:
        """Add to the record."""
        self._record |= facts
        self._file.truncate(0)
        self._file.write(json.dumps(self._record))
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def release(self) -> None:
        """Leave the folder to the next one, when every child has ended."""
        self._file.truncate(0)
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


def is_alive(pid: int) -> bool:
    """Whether the process runs. A zombie does not: where nobody reaps, it stays for ever."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True  # another user's, or a system without /proc


def send(children: Mapping[str, Sequence[int]], stronger: int | None = None) -> bool:
    """Signal the recorded children: where the system has no death signal, they outlive their parent."""
    for pid, stop_signal in children.values():
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, stronger or stop_signal)
    return True
