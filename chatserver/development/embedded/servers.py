"""Starts, watches and stops the embedded servers."""

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from chatserver.development.embedded.children import Children
from chatserver.development.embedded.environment import forget_libpq_settings
from chatserver.development.embedded.errors import EmbeddedError, why_ended
from chatserver.development.embedded.holder import take_over
from chatserver.development.embedded.lock import FolderLock
from chatserver.development.embedded.place import ServerLayout, socket_folder
from chatserver.development.embedded.postgres import Postgres
from chatserver.development.embedded.users import User, private_folder, server_user
from chatserver.development.embedded.valkey import Valkey

READY_WITHIN = 60.0  # seconds: PostgreSQL recovers first after a crash
STOPPED_WITHIN = 2.0  # seconds, first for the other children, then for the servers
LOOK_AGAIN = 0.02  # seconds between checks

Server = Postgres | Valkey


class EmbeddedServers:
    """Runs the servers, as a context manager: ready between enter and exit, and ended whenever this process ends.

    Does not start a server whose URL is given. `durable=False` is for tests: faster, but a power cut may destroy data.
    Must start in the main thread: the servers end with the thread that started them.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        database_url: str | None = None,
        redis_url: str | None = None,
    ) -> None:
        self.data_dir = data_dir.resolve()
        self.database_url = database_url or ""
        self.redis_url = redis_url or ""
        self._durable = durable
        self._lock = None if database_url and redis_url else FolderLock(self.data_dir)
        self._children = Children(self._lock)
        self._servers: dict[str, Server] = {}
        self._place: ServerLayout | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts the servers without a given URL, and waits until they answer. Raises EmbeddedError."""
        if self._lock is None:
            return
        if not self.database_url:
            forget_libpq_settings()
        take_over(self._lock)
        try:
            self._start(self._find_place(self._lock))
            self._lock.note(database_url=self.database_url, redis_url=self.redis_url)
        except BaseException as error:
            self.stop()
            if isinstance(error, OSError):
                raise EmbeddedError(f"The data folder {self.data_dir} cannot be used: {error}") from None
            raise

    def _find_place(self, lock: FolderLock) -> ServerLayout:
        user = self._user_within_reach(Valkey.program() if self.database_url else Postgres.program())
        sockets = socket_folder(self.data_dir)
        self._place = ServerLayout(self.data_dir, sockets, user, self._durable)
        if self._place.has_temporary_sockets:
            lock.note(temporary=str(sockets))
        private_folder(sockets, user)
        return self._place

    def _user_within_reach(self, program: Path) -> User | None:
        """Returns the servers' user; with bypass_permissions if it needs that to reach the program and the data."""
        user = server_user(self.data_dir)
        attempt = self._children.run([program, "--version"], self.data_dir, user)
        if attempt.returncode and user:
            user = replace(user, bypass_permissions=True)
            attempt = self._children.run([program, "--version"], self.data_dir, user)
        if attempt.returncode:
            why = why_ended(attempt.returncode, attempt.stderr)
            raise EmbeddedError(f"{program} cannot be run{f' by user {user.uid}' if user else ''}: {why}")
        return user

    def _start(self, place: ServerLayout) -> None:
        """Starts both servers, then waits for both."""
        if not self.redis_url:
            self._servers[Valkey.name] = Valkey(place)
        if not self.database_url:
            self._servers[Postgres.name] = Postgres(place)
        for server in self._servers.values():
            server.prepare(self._children)
            self._spawn(server, place)
        for server in self._servers.values():
            self._wait_for(server, place)
        self.redis_url = self.redis_url or self._servers[Valkey.name].url
        self.database_url = self.database_url or self._servers[Postgres.name].url

    def _spawn(self, server: Server, place: ServerLayout) -> None:
        log = place.log(server.name)
        with suppress(FileNotFoundError):
            log.replace(log.with_suffix(".log.1"))
        self._children.spawn(
            server.name, server.command(), server.stop_signal, cwd=self.data_dir, user=place.user, log=log
        )

    def _wait_for(self, server: Server, place: ServerLayout) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not server.ready():
            log = place.log(server.name)
            if (status := self._children.ended().get(server.name)) is not None:
                why = why_ended(status, log.read_text(errors="replace"))
                raise EmbeddedError(f"{server.name} did not start: {why} (more in {log})")
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{server.name} runs but does not answer: {server.problem} (more in {log})")
            time.sleep(LOOK_AGAIN)

    def revive(self) -> list[str]:
        """Restarts servers that ended by themselves and returns their names. Raises EmbeddedError."""
        ended = [self._servers[name] for name in self._children.ended() if name in self._servers]
        for server in ended:
            if self._place:
                self._spawn(server, self._place)
                self._wait_for(server, self._place)
        return [server.name for server in ended]

    def spawn(
        self,
        name: str,
        argv: Sequence[str],
        stop_signal: signal.Signals,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Starts another child, which ends with this process, has its user, and prints to its output."""
        return self._children.spawn(name, argv, stop_signal, cwd=Path.cwd(), env=env)

    def stop_child(self, name: str, patience: float) -> None:
        """Ends one child with its signal; kills it if it still runs after `patience` seconds."""
        self._children.stop(name, patience=patience)

    def stop(self) -> None:
        """Stops all children: the servers last."""
        others = [name for name in self._children.names() if name not in self._servers]
        self._children.stop(*others, patience=STOPPED_WITHIN)
        # If PostgreSQL is killed before its last checkpoint is done, it recovers at the next start without a loss.
        self._children.stop(*self._servers, patience=STOPPED_WITHIN)
        self._servers.clear()
        if self._place and self._place.has_temporary_sockets:
            shutil.rmtree(self._place.sockets, ignore_errors=True)
        if self._lock:
            self._lock.release()
