"""The frames that the server sends. `conversations` builds those that are published as events as well."""

from datetime import datetime

from chatserver.accounts.accounts import User
from chatserver.conversations.changes import ChangedMeanwhile
from chatserver.conversations.message_store import StoredMessage
from chatserver.conversations.threads import Thread
from chatserver.errors import ChatError
from chatserver.frames import as_time, encode
from chatserver.telemetry.metrics import count_refusal

PING = '{"type":"ping"}'
PONG = '{"type":"pong"}'


def hello_frame(user: User) -> str:
    """Returns the first frame of a socket: the user that it belongs to.

    `changes`: it accepts edits, deletions, reactions and replies; `files`: messages with files. A previous version does
    not, and may run beside it.
    """
    return encode({"type": "hello", "user": user.as_frame(), "changes": True, "files": True})


def opened_frame(thread: Thread, last: int, change: int) -> str:
    """Returns the frame that ends a replay: the browser has all messages up to `last`, all changes up to `change`."""
    frame = {"type": "opened", "thread": thread.id, "last": last, "change": change, "as_of": thread.as_of}
    return encode(frame | _described(thread))


def thread_frame(thread: Thread) -> str:
    """Returns the frame that describes a group as its reader sees it, as of its last note."""
    return encode({"type": "thread", "thread": thread.id, "change": thread.as_of} | _described(thread))


def _described(thread: Thread) -> dict[str, object]:
    return {
        "title": thread.group_title,
        "history": thread.history,
        "from": thread.member.from_seq,
        "people": [person.as_frame() for person in thread.people],
        "people_count": thread.people_count,
    }


def removed_frame(thread_id: int) -> str:
    """Returns the frame that says that the user is out of a thread."""
    return encode({"type": "removed", "thread": thread_id})


def reset_frame(thread_id: int) -> str:
    """Returns the frame that refuses a replay: the browser must load the page again."""
    return encode({"type": "reset", "thread": thread_id})


def sent_frame(thread_id: int, client_id: str, stored: StoredMessage) -> str:
    """Returns the acknowledgement of a committed message, with its last change if there was one since."""
    frame = {"type": "sent", "thread": thread_id, "id": client_id, "seq": stored.seq, "at": as_time(stored.sent_at)}
    return encode(frame if stored.change is None else frame | {"change": stored.change})


def done_frame(thread_id: int, id_: str, change: int) -> str:
    """Returns the answer to an edit, a deletion or a reaction: it is stored, as the message's change `change`."""
    return encode({"type": "done", "thread": thread_id, "id": id_, "change": change})


def typing_frame(thread_id: int, user_id: int) -> str:
    """Returns the frame that says that a participant is typing."""
    return encode({"type": "typing", "thread": thread_id, "user": user_id})


def presence_frame(user_id: int, *, online: bool, last_online: datetime | None) -> str:
    """Returns the frame that says whether a user is online, or when they last were."""
    frame: dict[str, object] = {"type": "presence", "user": user_id, "online": online}
    if last_online is not None:
        frame["at"] = as_time(last_online)
    return encode(frame)


def error_frame(error: ChatError, **echo: object) -> str:
    """Returns the error as a frame, its sentence in the current socket's language."""
    count_refusal(error.code)
    present = error.present if isinstance(error, ChangedMeanwhile) else {}
    frame = {"type": "error", **echo, **present, "code": error.code, "message": error.sentence}
    if error.retry_after is not None:
        frame["retry_after"] = error.retry_after
    return encode(frame)
