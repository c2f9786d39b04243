"""Mail servers that refuse, or do not answer: nothing is lost, and nobody is mailed twice."""

import asyncio
from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.courier.mail import transport
from tests.courier.mail.conftest import PAGE, Couriers, has_address
from tests.support.database import execute, holds
from tests.support.mail_server import MailServer
from tests.support.people import Person

SOON = "interval '20 seconds' and interval '1 minute'"


@pytest.mark.parametrize(
    ("answer", "question"),
    [
        ("450 Later", f"select 1 from digests where tries = 1 and due_at - now() between {SOON}"),
        ("550 No such user", "select 1 from notification_choices where refused_email = 'ben@example.org'"),
    ],
    ids=["now", "for good"],
)
async def test_a_mail_server_that_refuses_is_asked_later_or_never_again(
    ana: Person,
    ben: Person,
    post: MailServer,
    courier: Couriers,
    config: Config,
    answer: str,
    question: str,
) -> None:
    has_address(ben, config)
    post.answer = answer
    await ana.writes_to(ben)
    async with courier():
        await holds(str(config.database_url), question)
        post.answer = "250 OK"
        execute(str(config.database_url), "update digests set due_at = now() where due_at is not null")
        if answer.startswith("4"):
            assert (await post.next())["Subject"] == "1 unread message"
        else:
            assert "doesn’t take mail for" in (await ben.get(PAGE)).text
    assert post.taken == (1 if answer.startswith("4") else 0)


async def test_an_address_that_the_mail_server_cannot_write_is_refused_for_good(
    ben: Person, courier: Couriers, config: Config
) -> None:
    """It has no SMTPUTF8."""
    await ben.post(PAGE, email="бен@example.org")
    async with courier():
        await holds(str(config.database_url), "select 1 from notification_choices where refused_email is not null")
    assert not execute(str(config.database_url), "select 1 from confirmations where due_at is not null")


@pytest.mark.parametrize("is_slow", [False, True], ids=["down", "slow"])
async def test_a_mail_server_that_does_not_answer_loses_nothing(
    ana: Person,
    ben: Person,
    post: MailServer,
    courier: Couriers,
    config: Config,
    settings: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_slow: bool,
) -> None:
    has_address(ben, config)
    await ana.writes_to(ben)
    async with await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1] if is_slow else 1
        monkeypatch.setitem(settings, "smtp_url", f"smtp://127.0.0.1:{port}")
        monkeypatch.setattr(transport, "TIMEOUT", 0.2)
        async with courier():
            await holds(str(config.database_url), "select 1 from digests where tries = 1")
    monkeypatch.undo()
    execute(str(config.database_url), "update digests set due_at = now()")
    async with courier(), courier():  # two of them send one mail
        await post.next()
        await holds(str(config.database_url), "select 1 from digests where mailed_at is not null")
    assert post.taken == 1
