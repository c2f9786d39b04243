"""Validates the settings of mails: SMTP_URL, MAIL_FROM, DIGEST_AFTER."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from chatserver.config.settings import Config
from chatserver.config.site_settings import ADDRESS


class MailServer(NamedTuple):
    """Where mails are handed over; `is_tls` from the first byte on, else as soon as the server offers it."""

    host: str
    port: int | None
    user: str | None
    password: str | None
    is_tls: bool


def read_smtp_url(url: str) -> MailServer:
    """Returns the parts of SMTP_URL. Raises ValueError, and quotes nothing: it may hold a password."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("must be like smtp://user:password@mail.example.org:587")
    user, password = (unquote(text) if text else None for text in (parts.username, parts.password))
    return MailServer(parts.hostname, parts.port, user, password, parts.scheme == "smtps")


def mail_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each mistake."""
    if config.smtp_url:
        try:
            read_smtp_url(config.smtp_url)
        except ValueError:
            yield (
                "SMTP_URL must be like smtp://user:password@mail.example.org:587, or begin with smtps://; an @ in the "
                "password is written as %40."
            )
    sender = config.mail_from
    if sender and (not ADDRESS.fullmatch(parseaddr(sender)[1]) or not sender.isprintable()):
        yield f"MAIL_FROM must be an address like chat@example.org or Chat <chat@example.org>, not {sender!r}."
    if bool(config.smtp_url) != bool(config.mail_from):
        yield "SMTP_URL and MAIL_FROM must be set together: a mail needs both."
    if config.digest_after and not config.smtp_url:
        yield "DIGEST_AFTER needs SMTP_URL and MAIL_FROM: it is a mail."
