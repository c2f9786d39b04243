"""The events that processes publish to each other through Redis: small types of one union, each encoded once.

On the wire an event is a line `<type> <thread> <seq>` followed by a text: for most types the frame that sockets send
unchanged, so that no receiver parses it. The type of a change or a note carries its number, `changed:<change>`; that of
many changes, the first and the last. During an update two versions share a Redis: the meaning of a type never changes,
and a process drops types that it does not know.
"""

import json
from typing import NamedTuple

from chatserver.frames import encode


class MessageStored(NamedTuple):
    """A message has been committed; `frame` is its `message` frame.

    `arrived`: the Unix time at which this process got the event, for measurements; 0 for none. It is not published.
    """

    thread: int
    seq: int
    frame: str
    arrived: float = 0.0


class MessageChanged(NamedTuple):
    """A message was edited, deleted or reacted to; `frame` is its `changed` frame, '' if the receiver must not see it.

    `change` numbers the change, `seq` the message: a socket sends neither before its predecessors.
    """

    thread: int
    change: int
    seq: int
    frame: str


class ManyMessagesChanged(NamedTuple):
    """One command changed too many messages for an event each; all fields but `thread` are those of the last one.

    `first`: all changes from this one to `change` are the command's.
    """

    thread: int
    change: int
    seq: int
    frame: str
    first: int


class NoteAdded(NamedTuple):
    """Something happened in a group; `frame` is the `note` frame, '' if the receiver must not see it.

    `change` numbers it among the changes, `seq` is the message behind which it stands: a socket sends neither before
    what comes before them, and first the thread as its user sees it now.
    """

    thread: int
    change: int
    seq: int
    frame: str


class ReadMarkMoved(NamedTuple):
    """A participant has read further; `frame` is the `read` frame, with the unread count for own sockets."""

    thread: int
    frame: str


class TypingNoticed(NamedTuple):
    """A participant is typing; `frame` is the `typing` frame."""

    thread: int
    frame: str


class SessionEnded(NamedTuple):
    """A session ended: its sockets must close. Never sent to a browser."""

    session_key: str


class SessionRenewed(NamedTuple):
    """A session got a new key, which its sockets must use from now on. Never sent to a browser."""

    old_key: str
    new_key: str


class UserHidden(NamedTuple):
    """This user has blocked the receiver, whose open chats show them offline and stop watching them."""

    user_id: int

    @property
    def frame(self) -> str:
        """The `presence` frame that shows the user offline."""
        return encode({"type": "presence", "user": self.user_id, "online": False})


class UserRenamed(NamedTuple):
    """A user who shares a thread with the receiver has a new name; `frame` is the `user` frame."""

    frame: str


class ThreadMuted(NamedTuple):
    """The receiver has muted a thread, or ended that, on some device; `frame` is the `muted` frame."""

    thread: int
    frame: str


class ListGrown(NamedTuple):
    """Messages were imported into threads of the receiver; `frame` is the `reset` frame of the list."""

    frame: str


class ParticipantRemoved(NamedTuple):
    """The receiver has gone out of this thread; `change` numbers the note of it, 0 if nobody is left to be told.

    Never sent to a browser.
    """

    thread: int
    change: int = 0


class ThreadGrown(NamedTuple):
    """Messages were imported into this thread: history, which pages that show the thread load.

    Never sent to a browser.
    """

    thread: int


ForServer = SessionEnded | SessionRenewed | UserHidden | ParticipantRemoved | ThreadGrown
Event = (
    MessageStored
    | MessageChanged
    | ManyMessagesChanged
    | NoteAdded
    | ReadMarkMoved
    | TypingNoticed
    | UserRenamed
    | ThreadMuted
    | ListGrown
    | ForServer
)


def encode_event(event: Event) -> bytes:
    """Returns the bytes to publish."""
    match event:
        case MessageStored(thread, seq, frame):
            return _wire("message", thread, seq, frame)
        case MessageChanged(thread, change, seq, frame):
            return _wire(f"changed:{change}", thread, seq, frame)
        case ManyMessagesChanged(thread, change, seq, frame, first):
            return _wire(f"many_changed:{first}:{change}", thread, seq, frame)
        case NoteAdded(thread, change, seq, frame):
            return _wire(f"noted:{change}", thread, seq, frame)
        case ReadMarkMoved(thread, frame):
            return _wire("read", thread, 0, frame)
        case TypingNoticed(thread, frame):
            return _wire("typing", thread, 0, frame)
        case UserRenamed(frame):
            return _wire("user", 0, 0, frame)
        case ThreadMuted(thread, frame):
            return _wire("muted", thread, 0, frame)
        case ListGrown(frame):
            return _wire("list", 0, 0, frame)
        case _:
            return _encode_for_server(event)


def _encode_for_server(event: ForServer) -> bytes:
    match event:
        case SessionEnded(session_key):
            return _wire("signed_out", 0, 0, session_key)
        case SessionRenewed(old_key, new_key):
            return _wire("renewed", 0, 0, f"{old_key} {new_key}")
        case UserHidden():
            return _wire("hidden", 0, 0, event.frame)
        case ParticipantRemoved(thread, change):
            return _wire("removed", thread, change, "")
        case ThreadGrown(thread):
            return _wire("grown", thread, 0, "")


def _wire(type_: str, thread: int, seq: int, text: str) -> bytes:
    return f"{type_} {thread} {seq}\n{text}".encode()


def decode_event(payload: bytes, arrived: float = 0.0) -> Event | None:
    """Returns the event that `arrived` at this time, or None for the type of a later version.

    Raises ValueError for a malformed payload.
    """
    head, _, rest = payload.partition(b"\n")
    type_, thread, seq = head.decode().split(" ")
    text = rest.decode()
    type_, _, change = type_.partition(":")
    match type_:
        case "message":
            return MessageStored(int(thread), int(seq), text, arrived)
        case "changed":
            return MessageChanged(int(thread), int(change), int(seq), text)
        case "many_changed":
            first, _, last = change.partition(":")
            return ManyMessagesChanged(int(thread), int(last), int(seq), text, int(first))
        case "noted":
            return NoteAdded(int(thread), int(change), int(seq), text)
        case "read":
            return ReadMarkMoved(int(thread), text)
        case "typing":
            return TypingNoticed(int(thread), text)
        case "user":
            return UserRenamed(text)
        case "muted":
            return ThreadMuted(int(thread), text)
        case "list":
            return ListGrown(text)
    return _decode_for_server(type_, int(thread), int(seq), text)


def _decode_for_server(type_: str, thread: int, number: int, text: str) -> ForServer | None:
    match type_:
        case "signed_out":
            return SessionEnded(text)
        case "renewed":
            old_key, new_key = text.split(" ")
            return SessionRenewed(old_key, new_key)
        case "hidden":
            return UserHidden(int(json.loads(text)["user"]))
        case "removed":
            return ParticipantRemoved(thread, number)
        case "grown":
            return ThreadGrown(thread)
    return None
