"""Checks that the addresses of BIND can be listened on."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from chatserver.config.settings import Config, ConfigError
from chatserver.config.urls import reason_of

SOCKET_PATH = 107  # bytes, the limit of Linux


def refuse_address(address: tuple[str, int] | str | int) -> None:
    """Raises ConfigError for an address that cannot be listened on; gunicorn would retry it for five seconds."""
    if isinstance(address, int):  # a socket that is open already
        return
    if isinstance(address, str):
        if problem := _socket_problem(address):
            raise ConfigError(problem)
        return
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen()
    except (OSError, OverflowError, UnicodeError) as error:  # an impossible port or host name
        raise ConfigError(f"Cannot listen on {address[0]}:{address[1]}: {reason_of(error)}.") from None


def socket_problems(config: Config) -> Iterator[str]:
    """Checks the Unix sockets of BIND; those of a running server are no problem."""
    for address in config.bind:
        if address.startswith("unix:") and (problem := _socket_problem(address[5:].removeprefix("//"))):
            yield problem


def _socket_problem(path: str) -> str | None:
    folder, reason = Path(path).parent, None
    if len(path.encode()) > SOCKET_PATH:
        reason = f"its path has more than {SOCKET_PATH} bytes"
    elif not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        reason = f"{folder} is not a folder in which a socket can be created"
    elif Path(path).exists() and not Path(path).is_socket():
        reason = "a file that is not a socket is already there"
    return f"Cannot listen on unix:{path}: {reason}. Fix it, or change BIND." if reason else None
