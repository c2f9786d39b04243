"""Which addresses get mails: what is none, and how many may be asked for."""

from chatserver.config.settings import Config
from tests.courier.mail.conftest import PAGE
from tests.support.database import execute
from tests.support.people import Person
from tests.support.programs import known_as
from tests.support.servers import Serve

NO_ADDRESSES = (
    "ben",
    "ben@host",
    "ben@@example.org",
    '"ben"@example.org',
    "ben@[127.0.0.1]",
    "a\r\nBcc: c@example.org",
    "b" * 250 + "@a.org",
    "=?utf-8?q?a=2C?=@example.org",
)


async def test_what_is_no_address_is_refused(ben: Person, config: Config) -> None:
    for email in NO_ADDRESSES:
        answer = await ben.post(PAGE, email=email)
        assert (answer.status, 'data-code="bad_email"' in answer.text) == (400, True), email
    assert not execute(str(config.database_url), "select 1 from confirmations")


async def test_three_mails_a_day_and_one_an_hour_to_an_address(ana: Person, ben: Person, config: Config) -> None:
    async def asks(person: Person, email: str) -> int:
        return (await person.post(PAGE, email=email)).status

    assert await asks(ben, "one@example.org") == 303
    assert await asks(ana, "ONE@example.org") == 429
    assert [await asks(ben, f"{number}@example.org") for number in range(3)] == [303, 303, 429]
    execute(str(config.database_url), "update confirmations set asked_at = asked_at - interval '25 hours'")
    assert await asks(ana, "one@example.org") == 303


async def test_without_a_mail_server_there_is_no_field(serve: Serve) -> None:
    async with Person(await serve(), "Ben") as ben:
        await ben.sign_up()
        assert 'name="email"' not in (await ben.get(PAGE)).text
        assert (await ben.post(PAGE, email="ben@example.org")).status == 400
        assert (await ben.post(PAGE, digest="no")).status == 303


async def test_the_address_that_the_site_knows_takes_no_mail(ben: Person, config: Config) -> None:
    known_as(config, ben, "ben-1")
    database_url = str(config.database_url)
    execute(database_url, "update identities set email = 'ben@site.example'")
    execute(database_url, f"insert into notification_choices (user_id, email) values ({ben.id}, 'ben@example.org')")
    assert (await ben.post(PAGE, email="ben@site.example")).location == f"{PAGE}?done=saved"
    assert not execute(database_url, "select 1 from confirmations")
    assert "ben@site.example" in (await ben.get(PAGE)).text
    assert "ben@example.org" not in (await ben.get(PAGE)).text
