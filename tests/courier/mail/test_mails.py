"""Ben gets one mail when something stayed unread, at an address that he has confirmed, and can end it by one click."""

import re
from typing import Any

from chatserver.config.settings import Config
from tests.courier.mail.conftest import PAGE, Couriers, has_address
from tests.support.database import execute, holds, sending_slowly
from tests.support.mail_server import MailServer, text_of
from tests.support.people import Person

CONFIRMED = "select 1 from notification_choices where email is not null"
DUE = "select 1 from digests where due_at is not null"


def link_in(text: str, what: str) -> str:
    """The path of a link of ours in a mail."""
    found = re.search(rf"https?://[^/\s]+({PAGE}{what}/[^\s\"]+)", text)
    assert found, text
    return found[1]


async def test_ben_confirms_his_address_and_gets_one_mail_until_he_has_read_something(
    ana: Person, ben: Person, cleo: Person, post: MailServer, courier: Couriers, config: Config
) -> None:
    database_url = str(config.database_url)
    has_address(cleo, config)
    assert (await ben.post(PAGE, email="ben@example.org")).location.endswith("?done=asked")
    assert "We’ve sent a link to" in (await ben.get(PAGE)).text
    async with courier():
        mail = await post.next()
        assert (mail["To"], mail["From"]) == ("ben@example.org", "Chat <chat@example.org>")
        link = link_in(text_of(mail), "confirm")
        assert link == link_in(text_of(mail, "html"), "confirm")
        assert (await ana.get(link)).status == 404  # somebody else's
        async with Person(ben.url, "Ben") as nobody:
            assert (await nobody.get(link)).status == 303
        assert (await ben.get(link)).status == 200
        assert not execute(database_url, f"{CONFIRMED} and user_id = {ben.id}")
        assert (await ben.post(link)).location == f"{PAGE}?done=confirmed"
        chat = await ana.writes_to(ben, "a **secret**")
        mail = await post.next()
        assert mail["Subject"] == "1 unread message"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for kind in ("plain", "html"):
            text = text_of(mail, kind)
            assert "Ana" in text
            assert "secret" not in text  # texts only by choice
            assert f"/messages/chat/{chat}/" in text
        await holds(database_url, "select 1 from digests where mailed_at is not null and due_at is null")
        await ana.writes_to(ben, "another")
        await ana.writes_to(cleo)
        assert (await post.next())["To"] == "cleo@example.org"
        await ben.post(f"/messages/chat/{chat}/read/", page="/messages/", seq="2")
        await ben.post(PAGE, preview="text")
        await ana.writes_to(ben, "a **third**")
        assert "a third" in text_of(await post.next())
    assert post.taken == 4
    execute(database_url, "update confirmations set asked_at = asked_at - interval '1 day'")
    assert (await ben.get(link)).status == 404
    async with courier():
        await holds(database_url, "select 1 where not exists (select from confirmations)")


async def test_what_was_read_or_muted_meanwhile_is_in_no_mail(
    ana: Person,
    ben: Person,
    cleo: Person,
    post: MailServer,
    courier: Couriers,
    config: Config,
    settings: dict[str, Any],
) -> None:
    has_address(ben, config)
    settings["digest_after"] = 600
    read, muted = await ana.writes_to(ben), await cleo.writes_to(ben)
    async with courier():
        await holds(str(config.database_url), "select 1 from digests where due_at is not null")
    await ben.post(f"/messages/chat/{read}/read/", page="/messages/", seq="1")
    await ben.post(f"/messages/chat/{muted}/mute/", page="/messages/", until="always")
    execute(str(config.database_url), "update digests set due_at = now()")
    async with courier():
        await holds(str(config.database_url), "select 1 from digests where due_at is null and mailed_at is null")
    assert post.taken == 0


async def test_whoever_can_be_mailed_from_now_on_is_told_what_is_unread_already(
    ana: Person, ben: Person, cleo: Person, post: MailServer, courier: Couriers, config: Config
) -> None:
    has_address(cleo, config)
    assert (await cleo.post(PAGE, digest="no")).status == 303
    async with courier():
        await ana.writes_to(ben)
        await ana.writes_to(cleo)
        await ben.post(PAGE, email="ben@example.org")
        await ben.post(link_in(text_of(await post.next()), "confirm"))
        assert (await post.next())["Subject"] == "1 unread message"
        await cleo.post(PAGE, digest="yes")
        assert (await post.next())["To"] == "cleo@example.org"
        await holds(
            str(config.database_url), "select 1 where not exists (select from digests where due_at is not null)"
        )
        for person in (ben, cleo):
            await person.post(PAGE, digest="yes")
        assert not execute(str(config.database_url), DUE)
    assert post.taken == 3


async def test_what_is_committed_after_a_look_is_mailed_after_a_later_one(
    ana: Person, ben: Person, cleo: Person, post: MailServer, courier: Couriers, config: Config
) -> None:
    chat = await ana.writes_to(ben)
    await ben.post(f"/messages/chat/{chat}/read/", page="/messages/", seq="1")
    has_address(ben, config)
    has_address(cleo, config)
    async with courier():
        with sending_slowly(str(config.database_url), chat, ana.id):
            await ana.writes_to(cleo)
            assert (await post.next())["To"] == "cleo@example.org"
        assert (await post.next())["To"] == "ben@example.org"


async def test_a_clock_that_was_set_back_delays_no_mail(
    ana: Person, ben: Person, post: MailServer, courier: Couriers, config: Config, settings: dict[str, Any]
) -> None:
    has_address(ben, config)
    settings["digest_after"] = 600
    await ana.writes_to(ben)
    execute(str(config.database_url), "update messages set sent_at = now() + interval '2 days'")
    execute(str(config.database_url), f"insert into digests (user_id, due_at) values ({ben.id}, now() + '2 days')")
    async with courier():
        await post.next()
        await holds(str(config.database_url), "select 1 from digests where mailed_at is not null and due_at is null")


async def test_one_click_ends_the_mails_without_a_session_and_again(
    ana: Person, ben: Person, post: MailServer, courier: Couriers, config: Config
) -> None:
    has_address(ben, config)
    await ana.writes_to(ben)
    async with courier():
        mail = await post.next()
    link = link_in(str(mail["List-Unsubscribe"]).strip("<>"), "off")
    assert b"\r\nList-Unsubscribe: <http" in post.sent  # as it is: mail programs decode no words there
    ends = "select 1 from notification_choices where not digest"
    async with Person(ben.url, "A mail program") as program:
        assert (await program.get(link)).status == 200
        assert not execute(str(config.database_url), ends)  # a GET changes nothing
        for _ in range(2):
            assert (await program.post_raw(link, {"List-Unsubscribe": "One-Click"})).status == 200
        assert execute(str(config.database_url), ends)
        for wrong in ("0" * 36, "x", link.split("/")[-2][:-1] + "é"):
            path = f"{PAGE}off/{wrong}/"
            assert {(await program.get(path)).status, (await program.post_raw(path, {})).status} == {404}
