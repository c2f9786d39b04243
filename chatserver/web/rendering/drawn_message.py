"""What the template of a message puts into its places, computed here: a page draws a hundred of them.

Within a template each call costs more than here, and each value is escaped; attributes that need no escaping are one
piece of markup.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from chatserver.conversations.messages import Message
from chatserver.frames import as_time
from chatserver.i18n import gettext as _
from chatserver.web.rendering import avatars, times
from chatserver.web.rendering.files import drawn_files
from chatserver.web.rendering.formatting import plain
from chatserver.web.rendering.shown_messages import ShownMessage
from chatserver.web.rendering.texts import as_html

# A text over either limit is folded: characters, and line breaks.
FOLD_CHARACTERS = 1200
FOLD_LINES = 16


def drawn_message(
    shown: ShownMessage,
    zone: Any,
    locale: str,
    *,
    own: bool,
    seen: bool,
    continues: bool,
    continued: bool,
    focused: bool,
) -> dict[str, Any]:
    """Returns the values of the template, for a viewer in this time zone and locale, in the current language."""
    message, state = shown.message, shown.message.state
    text, is_deleted = message.text, message.deleted is not None
    deleter = state.deleted_by if state else None
    deleted_by = (deleter.full_name or deleter.name) if deleter else None
    name = message.sender_full_name or message.sender_name or _("Deleted person")
    folded = is_long(text)
    drawn: dict[str, Any] = {
        "classes": _classes(
            None if own else avatars.hue(name),
            seen=seen,
            continues=continues,
            continued=continued,
            deleted=is_deleted,
            long=folded,
        ),
        "attributes": _attributes(message, deleted_by, focused=focused),
        "own": own,
        "seen": seen,
        "sender_name": name,
        "initials": "" if own else avatars.initials(name),
        "text": as_html(text),
        "files": () if is_deleted else drawn_files(message.files),
        "is_deleted": is_deleted,
        "deleted_by": deleted_by,
        "is_long": folded,
        "chips": shown.chips,
        "address": _address(message),
        "time": _time(message.sent_at, zone, locale),
        "clock": times.clock(message.sent_at, zone, locale),
    }
    if message.reply and not is_deleted:
        drawn |= {"reply_in": message.thread_id, "quote": shown.quote}
    if state and state.edited_at and not is_deleted:
        drawn["edited"] = _time(state.edited_at, zone, locale)
    return drawn


@lru_cache(1024)
def _classes(hue: int | None, **flags: bool) -> str:
    """Returns the classes of a message of others, whose avatar has a hue, or of an own one."""
    others_or_own = "own" if hue is None else f"hue-{hue}"
    return " ".join(["message", others_or_own, *(name for name, is_so in flags.items() if is_so)])


def _attributes(message: Message, deleted_by: str | None, *, focused: bool) -> Markup:
    state, text = message.state, message.text
    parts = [f' data-seq="{message.seq}" data-id="{message.client_id}" data-sender="{message.sender_id}"']
    if focused:
        parts.insert(0, " autofocus")
    if state:
        parts.append(f' data-change="{state.change}"')
    if deleted_by is not None:
        parts.append(f' data-by="{escape(deleted_by)}"')
    if message.reply:
        parts.append(f' data-reply="{message.reply}"')
    if plain(text) != text:
        parts.append(f' data-text="{escape(text)}"')
    return Markup("".join(parts))  # noqa: S704


def _address(message: Message) -> Markup:
    return Markup(f' href="/messages/chat/{message.thread_id}/?at={message.seq}"')  # noqa: S704


def _time(moment: datetime, zone: Any, locale: str) -> Markup:
    full = escape(times.full(moment, zone, locale))
    return Markup(f' datetime="{as_time(moment)}" title="{full}"')  # noqa: S704


def is_long(text: str) -> bool:
    """Returns whether a text is folded at first."""
    return len(text) > FOLD_CHARACTERS or text.count("\n") > FOLD_LINES
