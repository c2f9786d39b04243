"""Ports for servers of the tests, below those that Linux gives to outgoing connections, which may take any other."""

import os
import socket
from itertools import count

FIRST, EACH = 11_000, 2_000  # ports for each process of the tests
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_next = count(os.getpid() % EACH)


def unused_port() -> int:
    """Returns another port of 127.0.0.1 at each call. aiohttp's function may return one that a client takes next."""
    while True:
        port = FIRST + EACH * (_worker % 10) + next(_next) % EACH
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
