"""The codes with which the server closes a socket."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server ends a socket, with the time to reconnect. After `SIGNED_OUT` the client must not reconnect."""

    GOING_AWAY = 1001  # restarting: at once, with jitter
    POLICY = 1008  # after 30 s
    SIGNED_OUT = 4001  # not at all
    TOO_SLOW = 4008  # at once, to catch up
