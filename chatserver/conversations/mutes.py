"""Muted threads: their messages count in grey, in no title, and nothing is pushed or mailed of them."""

from datetime import datetime
from typing import NamedTuple

from chatserver.bus.events import ThreadMuted
from chatserver.bus.publisher import Publisher
from chatserver.conversations.access import ThreadRequest, outsider
from chatserver.database.client import Database
from chatserver.frames import as_time, encode

HOUR = 3600.0
SECONDS: dict[str, float | None] = {"1h": HOUR, "8h": 8 * HOUR, "always": None, "no": 0}  # by the choices of the form


class MuteRow(NamedTuple):
    """A thread that is muted until then (None: for good), or not any more."""

    done: bool
    until: datetime | None


async def set_mute(db: Database, publisher: Publisher, request: ThreadRequest, choice: str) -> None:
    """Mutes a thread as one of `SECONDS` says, and tells the user's screens. Raises ChatError `no_such_thread`."""
    thread_id, user_id = request
    if choice == "no":
        rows = await db.execute_idempotent("unmute", MuteRow, thread_id=thread_id, user_id=user_id)
    else:
        rows = await db.execute_idempotent(
            "mute", MuteRow, thread_id=thread_id, user_id=user_id, seconds=SECONDS[choice]
        )
    if not rows:
        raise outsider()
    end = rows[0].until
    until = None if choice == "no" else as_time(end) if end else "always"
    frame = encode({"type": "muted", "thread": thread_id, "until": until})
    publisher.publish([user_id], ThreadMuted(thread_id, frame))
