"""Composes mails in their reader's language, as plain text and HTML."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import Policy
from email.utils import formatdate
from typing import NamedTuple

from chatserver.config.settings import Config
from chatserver.conversations.threads import title_of
from chatserver.i18n import gettext as _
from chatserver.i18n import ngettext

MOST = 10  # threads in a mail
MAX_TEXT = 200  # code points
OFF, CONFIRM = "/messages/notifications/off/{}/", "/messages/notifications/confirm/{}/"

Render = Callable[..., str]


class WholeLink(str):
    """The link of `List-Unsubscribe`, which is never folded: no program finds a URL in encoded words (RFC 2047 §5)."""

    name = "List-Unsubscribe"

    def fold(self, *, policy: Policy) -> str:
        """Returns the header's line."""
        return f"{self.name}: {self}{policy.linesep}"


class Unread(NamedTuple):
    """A thread of a mail: what it is called, how much is unread, and the newest text, '' if it is not shown."""

    title: str
    unread: str
    text: str
    url: str


class UnreadRow(NamedTuple):
    """A thread as the query finds it."""

    id: int
    is_group: bool
    title: str | None
    names: list[str]
    others: int
    unread: int
    text: str
    sender: str
    first_at: datetime


class Composer:
    """Composes the mails of a site. `render` draws a template, `plain` takes formatting off a text."""

    def __init__(self, config: Config, render: Render, plain: Callable[[str], str]) -> None:
        self._config = config
        self._origin = config.origins[0]
        self._render = render
        self._plain = plain

    def digest(self, rows: Sequence[UnreadRow], email: str, *, off_token: str, preview: str, name: str) -> EmailMessage:
        """Returns the mail about what is unread; `preview` is one of `PREVIEWS`, `name` the same at each try."""
        number = sum(row.unread for row in rows)
        threads = [self._thread(row, preview) for row in rows[:MOST]] if preview != "nothing" else []
        off = self._origin + OFF.format(off_token)
        subject = ngettext("%(num)d unread message", "%(num)d unread messages", number) % {"num": number}
        message = self._message(email, subject, name)
        message["List-Unsubscribe"] = WholeLink(f"<{off}>")  # RFC 8058: one click, without a session
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        lines = [subject, ""]
        for thread in threads:
            lines += [f"{thread.title}: {thread.unread}", *([thread.text] if thread.text else []), thread.url, ""]
        lines += [] if threads else [f"{self._origin}/messages/", ""]
        lines += [_("To get no more of these mails:"), off]
        context = {"subject": subject, "threads": threads, "off": off, "chats": f"{self._origin}/messages/"}
        return self._with(message, lines, "digest.html", context)

    def _thread(self, row: UnreadRow, preview: str) -> Unread:
        title = row.title or title_of(row.names, row.others) or _("Deleted person")
        text = self._plain(row.text)[:MAX_TEXT] if preview == "text" else ""
        return Unread(
            title,
            ngettext("%(num)d unread message", "%(num)d unread messages", row.unread) % {"num": row.unread},
            f"{row.sender}: {text}" if text and row.is_group else text,
            f"{self._origin}/messages/chat/{row.id}/",
        )

    def confirmation(self, email: str, token: str, name: str) -> EmailMessage:
        """Returns the mail with the link that confirms an address."""
        message = self._message(email, _("Confirm your address"), name)
        link = self._origin + CONFIRM.format(token)
        lines = [
            _("Somebody entered this address to get mails about unread messages."),
            _("If it was you, open this link within 24 hours, in a browser where you’re signed in:"),
            link,
            "",
            _("If it wasn’t you, do nothing: nothing else will be sent here."),
        ]
        return self._with(message, lines, "confirmation.html", {"link": link})

    def _message(self, email: str, subject: str, name: str) -> EmailMessage:
        message = EmailMessage()
        site = self._config.site_name
        message["From"], message["To"] = self._config.mail_from, email
        message["Subject"] = f"{site}: {subject}" if site else subject
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<{name}@{self._origin.partition('://')[2].partition(':')[0]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers by machines
        return message

    def _with(
        self, message: EmailMessage, lines: Sequence[str], template: str, context: Mapping[str, object]
    ) -> EmailMessage:
        message.set_content("\n".join(lines) + "\n")
        site = self._config.site_name
        message.add_alternative(self._render(f"mail/{template}", site_name=site, **context), subtype="html")
        return message
