"""Child processes that end with this process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chatserver.development.embedded.environment import server_environment
from chatserver.development.embedded.lock import FolderLock
from chatserver.development.embedded.processes import identity
from chatserver.development.embedded.users import User

LAUNCHER = Path(__file__).with_name("launcher.py")

Argv = Sequence[str | Path]


class Children:
    """The started child processes, by name. For the main thread: children end with the thread that started them."""

    def __init__(self, lock: FolderLock | None) -> None:
        self._lock = lock
        self._started: dict[str, tuple[subprocess.Popen[bytes], signal.Signals]] = {}

    def run(self, argv: Argv, cwd: Path, user: User | None) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end and returns its output."""
        return subprocess.run(  # noqa: S603
            launch(argv, signal.SIGKILL, cwd, user),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env=server_environment(),
            start_new_session=True,
            pass_fds=self._inherited(),
        )

    def spawn(
        self,
        name: str,
        argv: Argv,
        stop_signal: signal.Signals,
        *,
        cwd: Path,
        user: User | None = None,
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Starts a program that gets `stop_signal` at its stop or its parent's end; prints to the log, or as we do."""
        output = log.open("wb") if log else None
        try:
            process = subprocess.Popen(  # noqa: S603
                launch(argv, stop_signal, cwd, user),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=server_environment() if env is None else env,
                start_new_session=True,  # Ctrl-C in the terminal reaches only the parent
                pass_fds=self._inherited(),
            )
        finally:
            if output:
                output.close()
        self._started[name] = (process, stop_signal)
        self._note()
        return process

    def _inherited(self) -> list[int]:
        return [self._lock.fileno()] if self._lock else []

    def _note(self) -> None:
        """Writes the children to the lock's record, for a process that finds them orphaned; ignores a full disk."""
        if not self._lock:
            return
        with suppress(OSError):
            self._lock.note(children={name: self._record_of(name) for name in self._started})

    def _record_of(self, name: str) -> dict[str, int | str]:
        process, stop_signal = self._started[name]
        return {"pid": process.pid, "identity": identity(process.pid), "stop": stop_signal}

    def names(self) -> list[str]:
        """The names of the children that were started and not stopped."""
        return list(self._started)

    def ended(self) -> dict[str, int]:
        """Returns the exit statuses of children that ended by themselves."""
        statuses = {name: process.poll() for name, (process, _) in self._started.items()}
        return {name: status for name, status in statuses.items() if status is not None}

    def stop(self, *names: str, patience: float) -> None:
        """Ends these children together; kills those that still run after `patience` seconds."""
        stopping = [self._started.pop(name) for name in names if name in self._started]
        for process, stop_signal in stopping:
            process.send_signal(stop_signal)
        deadline = time.monotonic() + patience
        for process, _ in stopping:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._note()


def launch(argv: Argv, death_signal: signal.Signals, cwd: Path, user: User | None) -> list[str]:
    """Returns the command of the launcher that becomes `argv`."""
    uid, gid, bypass_permissions = (user.uid, user.gid, user.bypass_permissions) if user else (-1, -1, False)
    how = (os.getpid(), int(death_signal), uid, gid, int(bypass_permissions), cwd)
    return [sys.executable, "-I", "-S", str(LAUNCHER), *map(str, how), *map(str, argv)]
