"""What a push says: as much as its reader wants others to see, and nothing of a session that has run out."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from chatserver.conversations.threads import title_of
from chatserver.notifications.vapid import encoded

MAX_TITLE, MAX_TEXT = 100, 200  # code points
TOPIC_BYTES = 24  # 32 characters, the most that RFC 8030 §5.4 allows


class Pushed(NamedTuple):
    """A message to push to a browser: the newest unread one of a thread, which others have written.

    `names`, the full ones where there are, are the first four of the `others`; `unread` counts all of the reader's
    messages that draw attention.
    """

    subscription_id: int
    thread_id: int
    user_id: int
    endpoint: str
    p256dh: bytes
    auth: bytes
    vapid_key: str
    session_key: str
    language: str
    visited_at: datetime
    tries: int
    preview: str
    is_group: bool
    title: str | None
    names: list[str]
    others: int
    seq: int
    text: str
    sender: str
    unread: int


def payload(pushed: Pushed, plain: Callable[[str], str], *, shows: str) -> bytes:
    """Returns the JSON that the service worker reads; `shows` is one of `PREVIEWS`. `plain` takes formatting off."""
    fields: dict[str, object] = {
        "thread": pushed.thread_id,
        "seq": pushed.seq,
        "unread": pushed.unread,
        "url": f"/messages/chat/{pushed.thread_id}/",
        "language": pushed.language,
    }
    if shows != "nothing":
        fields["title"] = (pushed.title or title_of(pushed.names, pushed.others))[:MAX_TITLE]
    if shows == "text":
        text = plain(pushed.text)
        fields["text"] = (f"{pushed.sender}: {text}" if pushed.is_group and pushed.sender else text)[:MAX_TEXT]
        if not text:
            del fields["text"]  # files alone: the worker says that there is a new message
    return json.dumps(fields, ensure_ascii=False).encode()


def topic(thread_id: int, auth: bytes) -> str:
    """Returns what makes a push replace an earlier one of the thread; it tells the push service nothing."""
    return encoded(hashlib.sha256(auth + b":%d" % thread_id).digest()[:TOPIC_BYTES])
