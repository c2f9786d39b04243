"""The system user of the embedded servers, and its folders."""

import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chatserver.development.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class User:
    """A system user other than root; with bypass_permissions, one that may pass through closed folders."""

    uid: int
    gid: int
    bypass_permissions: bool = False


def server_user(data_dir: Path) -> User | None:
    """Returns the user to run as if we are root, which PostgreSQL refuses: the folder's owner or `nobody`; else None.

    Both are in the user database, where initdb looks up its user. Raises EmbeddedError if neither exists.
    """
    if os.geteuid() != 0:
        return None
    for entry in candidates(data_dir):
        if entry.pw_uid != 0:
            return User(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("PostgreSQL refuses to run as root, and there is no user nobody to run it as.")


def candidates(data_dir: Path) -> Iterator[pwd.struct_passwd]:
    """Yields the folder's owner and `nobody`, if the user database has them."""
    with suppress(KeyError):
        yield pwd.getpwuid(data_dir.stat().st_uid)
    with suppress(KeyError):
        yield pwd.getpwnam("nobody")


def private_folder(path: Path, user: User | None) -> Path:
    """Creates a folder that only its user can read; gives the user everything in it if it belonged to another."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user and path.stat().st_uid != user.uid:
        for folder, _, files in os.walk(path, topdown=False):
            for each in (*(Path(folder, name) for name in files), Path(folder)):
                os.chown(each, user.uid, user.gid, follow_symlinks=False)
    return path
