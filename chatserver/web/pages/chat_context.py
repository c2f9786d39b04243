"""What the template of the chat page needs, for the page itself and for its forms that were refused."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.conversations import messages, threads
from chatserver.conversations.access import Membership, ThreadRequest, parse_thread_id
from chatserver.conversations.messages import Message
from chatserver.conversations.notes import notes_of
from chatserver.conversations.replies import cut, quoted
from chatserver.validation import MAX_ID
from chatserver.web.app_keys import CONFIG, DB
from chatserver.web.pages.conversations import list_beside
from chatserver.web.rendering.drawn_message import FOLD_CHARACTERS, FOLD_LINES


def thread_request(request: web.Request, user: User) -> ThreadRequest:
    """Returns the request of the user for the thread in the path. Raises ChatError `no_such_thread`."""
    return ThreadRequest(parse_thread_id(request.match_info["thread"]), user.id)


async def chat_context(
    request: web.Request, user: User, *, at: int | None = None, edit: int | None = None, reply: int | None = None
) -> dict[str, Any]:
    """Reads a thread before its messages: one stored in between is on the page and also arrives as an event.

    Shows the messages around `at`, if the user may see it: `about` is that message. The form is for another text of the
    message `edit`, or for an answer to the message `reply`. Raises ChatError `no_such_thread`.
    """
    db, config = request.app[DB], request.app[CONFIG]
    thread = await threads.find_thread(db, thread_request(request, user), config.announce_people)
    member = thread.member
    path, later = f"/messages/chat/{thread.id}/", False
    if at is not None and member.from_seq <= at <= member.last_seq:
        path += f"?at={at}"
        shown, more, later = await messages.around(db, config, member, at)
    elif "at" not in request.query and left_off_far(member):
        at = None
        shown, more, later = await messages.around(db, config, member, member.read_seq + 1)
    else:
        at = None
        shown, more = await messages.history(db, config, member, MAX_ID)
    originals = await quoted(db, config, member, shown)
    notes = [] if thread.pair else await notes_of(db, config, member, shown, begins=not more)
    about = next((message for message in shown if message.seq == at), None)
    owns = any(person.owner for person in thread.people if person.id == user.id)
    context = {
        "thread": thread,
        "messages": shown,
        "quoted": originals,
        "notes": notes,
        "more": more,
        "later": later,
        "at": at,
        "about": about,
        "may_edit": about is not None and _may_change(about, user, config.edit_window),
        "may_delete": about is not None and (owns or _may_change(about, user, config.delete_window)),
        "edit": edit,
        "reply": reply,
        "reactions": config.reactions,
        "path": path,
        "data": _data(config, thread, originals) | {"later": later, "at": at, "edit": edit, "reply": reply},
    }
    return context | await list_beside(request, user, open_id=thread.id)


def left_off_far(member: Membership) -> bool:
    """Returns whether the user's read marker is before the last page."""
    return member.unread > 0 and member.last_seq - member.read_seq > messages.PAGE


def _may_change(message: Message, user: User, window: float) -> bool:
    """Whether to offer the user another text or deletion, for `window` seconds (0 = always); storing decides."""
    is_late = window > 0 and datetime.now(UTC) - message.sent_at > timedelta(seconds=window)
    return message.sender_id == user.id and not message.deleted and not is_late


def _data(config: Config, thread: threads.Thread, originals: Sequence[Message]) -> dict[str, Any]:
    """Returns the data of a chat that the scripts need and that its page does not show."""
    member = thread.member
    return {
        "thread": {
            "id": thread.id,
            "total": member.last_seq,
            "received": thread.received,
            "sent": thread.sent,
            "readSeq": member.read_seq,
            "unread": member.unread,
        },
        "people": [person.as_frame() for person in thread.people],
        "last": member.last_seq,
        "from": member.from_seq,
        "change": member.last_change,
        "asOf": thread.as_of,
        "quoted": [messages.as_frame(cut(original)) for original in originals],
        "fold": {"characters": FOLD_CHARACTERS, "lines": FOLD_LINES},
        "windows": {"edit": config.edit_window, "delete": config.delete_window},
        "reactions": config.reactions,
        "maxFileBytes": config.max_file_bytes,
        "announcePeople": config.announce_people,
    }
