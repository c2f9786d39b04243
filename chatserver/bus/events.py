"""The events that processes publish to each other through Redis: small types of one union, each encoded once.

On the wire an event is a line `<type> <thread> <seq>` followed by a text: for most types the frame that sockets send
unchanged, so that no receiver parses it. The type of a change carries its number: `changed:<change>`. During an update
two versions share a Redis: the meaning of a type never changes, and a process drops types that it does not know.
"""

import json
from typing import NamedTuple

from chatserver.frames import encode


class MessageStored(NamedTuple):
    """A message has been committed; `frame` is its `message` frame."""

    thread: int
    seq: int
    frame: str


class MessageChanged(NamedTuple):
    """A message was edited, deleted or reacted to; `frame` is its `changed` frame, '' if the receiver must not see it.

    `change` numbers the change, `seq` the message: a socket sends neither before what comes before them.
    """

    thread: int
    change: int
    seq: int
    frame: str


class ManyMessagesChanged(NamedTuple):
    """One command changed more messages than are worth telling one by one; all but `thread` are those of the last."""

    thread: int
    change: int
    seq: int
    frame: str


class ReadMarkMoved(NamedTuple):
    """A participant has read further; `frame` is the `read` frame, for own sockets with the unread count."""

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


class ParticipantRemoved(NamedTuple):
    """The receiver was removed from this thread. Never sent to a browser."""

    thread: int


ForServer = SessionEnded | SessionRenewed | UserHidden | ParticipantRemoved
Event = MessageStored | MessageChanged | ManyMessagesChanged | ReadMarkMoved | TypingNoticed | ForServer


def encode_event(event: Event) -> bytes:
    """Returns the bytes to publish."""
    match event:
        case MessageStored(thread, seq, frame):
            return _wire("message", thread, seq, frame)
        case MessageChanged(thread, change, seq, frame):
            return _wire(f"changed:{change}", thread, seq, frame)
        case ManyMessagesChanged(thread, change, seq, frame):
            return _wire(f"many_changed:{change}", thread, seq, frame)
        case ReadMarkMoved(thread, frame):
            return _wire("read", thread, 0, frame)
        case TypingNoticed(thread, frame):
            return _wire("typing", thread, 0, frame)
        case SessionEnded(session_key):
            return _wire("signed_out", 0, 0, session_key)
        case SessionRenewed(old_key, new_key):
            return _wire("renewed", 0, 0, f"{old_key} {new_key}")
        case UserHidden():
            return _wire("hidden", 0, 0, event.frame)
        case ParticipantRemoved(thread):
            return _wire("removed", thread, 0, "")


def _wire(type_: str, thread: int, seq: int, text: str) -> bytes:
    return f"{type_} {thread} {seq}\n{text}".encode()


def decode_event(payload: bytes) -> Event | None:
    """Returns the event, or None for the type of a later version. Raises ValueError for a malformed payload."""
    head, _, rest = payload.partition(b"\n")
    type_, thread, seq = head.decode().split(" ")
    text = rest.decode()
    type_, _, change = type_.partition(":")
    match type_:
        case "message":
            return MessageStored(int(thread), int(seq), text)
        case "changed":
            return MessageChanged(int(thread), int(change), int(seq), text)
        case "many_changed":
            return ManyMessagesChanged(int(thread), int(change), int(seq), text)
        case "read":
            return ReadMarkMoved(int(thread), text)
        case "typing":
            return TypingNoticed(int(thread), text)
        case "signed_out":
            return SessionEnded(text)
        case "renewed":
            old_key, new_key = text.split(" ")
            return SessionRenewed(old_key, new_key)
        case "hidden":
            return UserHidden(int(json.loads(text)["user"]))
        case "removed":
            return ParticipantRemoved(int(thread))
    return None
