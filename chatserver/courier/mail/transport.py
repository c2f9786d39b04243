"""Hands mails to the mail server, and tells what it refuses for good from what is to be tried again."""

from email.message import EmailMessage

import aiosmtplib

from chatserver.config.mail_settings import MailServer

TIMEOUT = 20.0  # seconds for each step
WAITS = (60.0, 300.0, 1800.0)  # seconds until a mail is tried again
FOR_GOOD = range(500, 600)  # RFC 5321 §4.2.1


class RefusedForGood(Exception):
    """The mail server takes no mail for this address."""


class NotNow(Exception):
    """The mail server cannot be reached, or refuses for now; the text says why, for the log."""


class Transport:
    """Sends mails by one mail server."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def send(self, message: EmailMessage) -> None:
        """Sends a mail. Raises RefusedForGood and NotNow."""
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.is_tls,
                timeout=TIMEOUT,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(one.code in FOR_GOOD for one in error.recipients):
                raise RefusedForGood from None
            raise NotNow(str(error)) from None
        except aiosmtplib.SMTPNotSupported as error:
            if not str(message["To"]).isascii():  # the server has no SMTPUTF8 (RFC 6531)
                raise RefusedForGood from None
            raise NotNow(str(error)) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotNow(f"{type(error).__name__}: {error}") from None
