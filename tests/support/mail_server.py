"""A mail server of ours on loopback, by aiosmtpd: takes mails, or refuses them for now or for good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP

from chatserver.config.settings import Config
from chatserver.courier.mail.sender import MailSender
from chatserver.database.client import connect
from chatserver.web.rendering.formatting import plain
from chatserver.web.rendering.pages import render_mail
from tests.support.people import PATIENCE


class MailServer:
    """What it got; `answer` is given to each recipient."""

    def __init__(self) -> None:
        self.mails: asyncio.Queue[EmailMessage] = asyncio.Queue()
        self.taken = 0
        self.sent = b""  # the last mail, as it came
        self.answer = "250 OK"
        self.port = 0

    @property
    def settings(self) -> dict[str, Any]:
        return {"smtp_url": f"smtp://127.0.0.1:{self.port}", "mail_from": "Chat <chat@example.org>"}

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = BytesParser(EmailMessage, policy=default).parsebytes(envelope.content)
        self.taken += 1
        self.sent = envelope.content
        self.mails.put_nowait(message)
        return "250 OK"

    async def next(self) -> EmailMessage:
        async with asyncio.timeout(PATIENCE):
            return await self.mails.get()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(server), "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()
    await listening.wait_closed()


@asynccontextmanager
async def mailing(config: Config) -> AsyncIterator[None]:
    """A courier that mails."""
    db = await connect(str(config.database_url), 2, 0)
    task = asyncio.create_task(MailSender(db, config, render_mail, plain).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await db.close()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())
