"""Notifications in a real browser: asked for by a button, shown once, opened by a click, taken back when read."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import expect
from yarl import URL

from chatserver.config.settings import Config
from tests.browser.push_browser import PushedScreen
from tests.browser.site import Opens, Site
from tests.support.database import execute, holds
from tests.support.mail_server import mail_server, mailing, text_of
from tests.support.people import Person
from tests.support.push_service import PushService, push_service, pushing
from tests.support.pushing import SETTINGS

PHONE = {"width": 320, "height": 568}
NOTHING_DUE = "select 1 where not exists (select from pushes where due_at is not null)"
HAS_ADDRESS = """insert into notification_choices (user_id, email, language)
    select id, 'ben@example.org', 'en' from users where name = 'Ben'"""


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as service:
        yield service


@pytest.fixture
def config(config: Config, service: PushService) -> Config:
    return replace(config, **SETTINGS, push_hosts=(service.host,), push_delay=0, courier_interval=0.05)


@pytest.fixture
async def pushed(person: Opens, service: PushService, site: Site) -> PushedScreen:
    """Ben's browser, where he has turned notifications on."""
    screen = PushedScreen(await person("Ben"), service)
    await screen.begins(service.browser(), site.url)
    await screen.screen.joins()
    await screen.screen.page.get_by_role("link", name="Notifications").click()
    await screen.screen.presses("Turn on notifications")
    await expect(screen.screen.page.locator("[name=end]")).to_be_visible()
    await expect(screen.screen.page.locator("#turn-off")).to_be_visible()
    await screen.has_a_worker()
    return screen


@pytest.fixture
async def url(site: Site) -> URL:
    """For Ana and Cleo, who need no browser here."""
    return URL(site.url)


@pytest.fixture
async def ana(url: URL) -> AsyncIterator[Person]:
    async with Person(url, "Ana") as ana:
        yield await ana.sign_up()


async def test_ben_turns_them_on_and_off(pushed: PushedScreen) -> None:
    ben = pushed.screen
    await ben.is_accessible()
    await ben.page.locator("#turn-off").click()
    await expect(ben.page.locator("[name=end]")).to_have_count(0)
    await expect(ben.page.locator("#turn-on")).to_be_visible()


async def test_ben_is_told_once_until_he_reads_and_by_one_mail_while_he_stays_away(
    pushed: PushedScreen, person: Opens, config: Config, service: PushService, ana: Person, cleo: Person
) -> None:
    ben, database_url = pushed.screen, str(config.database_url)
    await ben.page.close()
    async with pushing(config):
        thread = await ana.writes_to(ben, "Are you coming?")
        await pushed.gets(await pushed.gets_next())  # it comes twice
        told = {"title": "Ana", "body": "Are you coming?", "tag": f"thread-{thread}", "silent": True}
        await pushed.shows(told)
        await pushed.has_badge(1)
        tab = await ben.another_tab()
        await tab.goes_to("/messages/")
        await pushed.shows(told)
        phone = await person("Ben", viewport=PHONE)
        await phone.signs_in()
        await phone.opens_conversation("Ana")
        await pushed.shows()
        await phone.mutes("Always")
        for screen in (phone, tab):
            await screen.page.close()
        await holds(database_url, NOTHING_DUE)
        execute(database_url, "update pushes set sent_at = sent_at - interval '15 seconds'")
        await ana.writes_to(ben, "Ben?")
        theirs = await cleo.writes_to(ben, "I have the tickets")
        assert (await pushed.gets_next())["thread"] == theirs
        await holds(database_url, NOTHING_DUE)
        await pushed.shows({"title": "Cleo", "body": "I have the tickets", "silent": False})
    assert service.taken == 2
    execute(database_url, HAS_ADDRESS)
    async with mail_server() as post, mailing(replace(config, **post.settings, digest_after=0.1)):
        mail = await post.next()
        await holds(database_url, "select 1 from digests where mailed_at is not null")
    assert (post.taken, mail["Subject"]) == (1, "1 unread message")
    (link,) = re.findall(r"http\S+/chat/\d+/", text_of(mail))
    tab = await ben.another_tab()
    await tab.goes_to(link)
    await tab.sees_messages("I have the tickets")


async def test_what_is_deleted_is_taken_back_and_a_click_opens_the_chat_in_the_window_that_is_there(
    pushed: PushedScreen, ana: Person
) -> None:
    ben = pushed.screen
    thread = await ana.writes_to(ben, "first")
    await ana.writes_to(ben, "second")
    await ben.goes_to("/messages/")
    push = {"thread": thread, "title": "Ana", "text": "second", "seq": 2, "url": f"/messages/chat/{thread}/"}
    await pushed.gets(push)
    await pushed.shows({"body": "second"})
    await (await ana.socket()).deletes(thread, 2)
    await pushed.shows()
    await pushed.gets(push | {"text": "first", "seq": 1})
    await pushed.shows({"body": "first"})
    windows = len(ben.page.context.pages)
    await pushed.clicks_notification()
    await expect(ben.message("first")).to_be_visible()
    assert len(ben.page.context.pages) == windows
    await pushed.shows()


async def test_a_push_without_a_text_says_that_there_is_a_message_in_the_persons_language(
    pushed: PushedScreen,
) -> None:
    await pushed.gets({"thread": 1, "seq": 1, "unread": 1, "url": "https://evil.example/", "language": "ru"})
    russian = {"title": "Сообщения", "body": "Новое сообщение"}
    await pushed.shows(russian)
    await pushed.screen.goes_to("/messages/")
    await pushed.gets({})  # an empty one, too, is never silent
    await pushed.shows(russian, {"body": "New message"})


async def test_without_a_connection_there_is_a_page_and_nothing_old(pushed: PushedScreen) -> None:
    ben = pushed.screen
    await ben.goes_to("/messages/")
    await ben.page.context.set_offline(True)
    await ben.page.wait_for_function("fetch('/healthz', { cache: 'no-store' }).then(() => false, () => true)")
    await ben.goes_to("/messages/account/")
    await ben.sees("Your chats are here again as soon as you’re online.")
    await expect(ben.page.locator("main .button.primary")).to_have_css("background-color", "rgb(26, 106, 75)")
    await ben.is_accessible()
    await ben.page.context.set_offline(False)
    await ben.page.get_by_role("link", name="Try again").click()
    await expect(ben.page).to_have_url(re.compile(r"/messages/$"))
    assert await ben.page.evaluate("caches.keys()") == ["offline"]


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en-US"},
        {"color_scheme": "dark", "locale": "ru-RU", "viewport": PHONE},
    ],
    ids=["light-en-wide", "dark-ru-phone"],
)
async def test_the_page_is_accessible_and_says_what_is_in_the_way(person: Opens, options: dict[str, object]) -> None:
    ben = await person("Ben", **options)
    await ben.joins()
    await ben.goes_to("/messages/notifications/")
    await expect(ben.page.locator("[data-push=denied]")).to_be_visible()  # as a browser without windows is
    await ben.is_accessible()
    await ben.fits()
    await ben.page.add_init_script("delete window.PushManager; navigator.standalone = false")
    await ben.page.reload()
    await expect(ben.page.locator("[data-push=install]")).to_be_visible()
    await ben.is_accessible()
    await ben.fits()


async def test_the_manifest_makes_it_installable(ana: Person) -> None:
    async with ana.http.get("/messages/manifest.webmanifest") as answer:
        described = await answer.json(content_type="application/manifest+json")
    assert (described["id"], described["scope"], described["display"]) == ("/messages/", "/messages/", "standalone")
    assert {icon["purpose"] for icon in described["icons"]} == {"any", "maskable", "monochrome"}
    for icon in described["icons"]:
        async with ana.http.get(icon["src"]) as answer:
            assert answer.content_type == icon["type"]
