"""What the template of a row of the list puts into its places, computed here: a page draws fifty of them."""

from datetime import date
from typing import Any

from markupsafe import Markup, escape

from chatserver.conversations.listing import Conversation
from chatserver.frames import as_time
from chatserver.i18n import gettext as _
from chatserver.web.rendering import avatars, times
from chatserver.web.rendering.files import summary
from chatserver.web.rendering.formatting import plain


def drawn_conversation(row: Conversation, zone: Any, locale: str, today: date, *, own: bool) -> dict[str, Any]:
    """Returns the values of the template, for a viewer in this time zone and locale, in the current language."""
    title = row.title or _("Deleted person")
    sender_name = row.sender_full_name or row.sender_name or _("Deleted person")
    files = summary(row.preview_files)
    sent_at = row.last_message_at
    return {
        "classes": "conversation" + (" unread" if row.unread else "") + (" muted" if row.is_muted else ""),
        "attributes": _attributes(row, title, files),
        "address": f"/messages/chat/{row.id}/",
        "title": title,
        "hue": avatars.hue(title),
        "initials": avatars.initials(title),
        "own": own,
        "sender_name": "" if sender_name == title else sender_name,
        "preview": _("Message deleted") if row.is_deleted else plain(row.preview_text or "") or files,
        "handle": row.handle,
        "total": row.total,
        "unread": row.unread,
        "is_muted": row.is_muted,
        "iso": as_time(row.last_message_at),
        "full": times.full(sent_at, zone, locale),
        "time": times.list_time(sent_at, zone, today, locale),
    }


def _attributes(row: Conversation, title: str, files: str) -> Markup:
    """Returns what scripts read of a row: one piece of markup, since each value of a template is escaped."""
    attributes = (
        f'data-thread="{row.id}" data-total="{row.total}" data-unread="{row.unread}"\n'
        f'  data-read="{row.read_seq}" data-change="{row.last_change}"\n'
        f'  data-preview-change="{row.preview_change}" data-title="{escape(title)}"'
    )
    return Markup(f'{attributes} data-files="{escape(files)}"' if files else attributes)  # noqa: S704
