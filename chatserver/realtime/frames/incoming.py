"""The frames that a browser sends, one type each."""

from typing import NamedTuple


class Open(NamedTuple):
    """Opens a thread. The client has all messages up to `after` and all changes up to `change`; None: no replay."""

    thread: int
    after: int | None
    change: int | None


class Close(NamedTuple):
    """Closes a thread: the client no longer shows it."""

    thread: int


class Send(NamedTuple):
    """Sends a message; `id` is the client id. Neither it nor the text is checked yet: `Sending.check` does that.

    `reply` is the number of the message that it answers, if any; only the store knows whether it exists. `files` are
    not checked either.
    """

    thread: int
    id: object
    text: object
    reply: int | None
    files: object = None


class Edit(NamedTuple):
    """Gives the user's message `seq` a new text, which is not checked yet, since the rate is checked first.

    `id` is a UUID in lower case, which pairs question and answer; `base` the highest change of the message that the
    editor saw, 0 for none.
    """

    thread: int
    id: str
    seq: int
    text: object
    base: int


class Delete(NamedTuple):
    """Deletes a message; `id` as in `Edit`."""

    thread: int
    id: str
    seq: int


class React(NamedTuple):
    """Adds the user's reaction to a message, or removes it; `id` as in `Edit`."""

    thread: int
    id: str
    seq: int
    emoji: str
    on: bool


class Read(NamedTuple):
    """Moves the read marker of a thread up to `seq`."""

    thread: int
    seq: int


class Typing(NamedTuple):
    """Says that the user is writing in a thread."""

    thread: int


class Ping(NamedTuple):
    """Asks for a `pong`, as a browser does to test the connection."""


class Pong(NamedTuple):
    """Answers the server's `ping`."""


Change = Edit | Delete | React
Frame = Open | Close | Send | Change | Read | Typing | Ping | Pong
