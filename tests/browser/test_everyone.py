"""Accessibility, themes, the first minutes of a new user, and slow lines."""

import pytest
from playwright.async_api import Request, expect

from tests.browser.site import Opens, Site
from tests.support.database import execute
from tests.support.people import PASSWORD

PHONE = {"width": 320, "height": 568}
KILOBYTE = 1024


async def test_everything_can_be_done_by_keyboard(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    keys = ana.page.keyboard
    await keys.type("?")
    await expect(ana.box).to_have_value("?")  # in the box it is only a question mark
    await ana.box.fill("")
    await keys.press("Alt+ArrowDown")
    await ana.sees_messages("to Ben")
    await keys.press("Alt+ArrowUp")
    await ana.sees_messages("to Cleo")
    await keys.press("Shift+Tab")
    await ana.page.locator("#log").focus()
    await keys.press("ArrowUp")
    await expect(ana.page.locator(".message")).to_be_focused()
    await keys.press("?")
    await expect(ana.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await ana.is_accessible()
    await keys.press("Escape")
    await expect(ana.page.get_by_role("dialog")).to_be_hidden()
    await expect(ana.page.locator(".message")).to_be_focused()
    await keys.press("Escape")
    await expect(ana.box).to_be_focused()
    await keys.press("Alt+N")
    await expect(ana.page.locator("[name=recipient_name]")).to_be_focused()


async def test_the_theme_follows_the_system_unless_the_user_chooses_one(person: Opens) -> None:
    ana = await person("Ana", color_scheme="dark")
    await ana.joins()
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    dark = await ana.page.evaluate(ground)
    await ana.chooses("Light")
    light = await ana.page.evaluate(ground)
    assert light != dark
    await ana.page.reload()
    assert await ana.page.evaluate(ground) == light
    await ana.chooses("System")
    assert await ana.page.evaluate(ground) == dark


async def test_names_are_suggested_while_typing(site: Site, person: Opens) -> None:
    await site.has("Benjamin", "Bentley", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.page.locator(".name-box [name=recipient_name]").press_sequentially("ben")
    offered = ana.page.get_by_role("option")
    await expect(offered).to_have_count(2)
    to, first = await ana.page.locator(".name-box").bounding_box(), await offered.first.bounding_box()
    assert to is not None
    assert first is not None
    assert 0 <= first["y"] - (to["y"] + to["height"]) < 12  # right below, and as wide
    assert first["height"] >= 44
    await ana.is_accessible()
    await ana.page.keyboard.press("ArrowDown")
    await ana.page.keyboard.press("ArrowDown")
    await expect(offered.last).to_have_attribute("aria-selected", "true")
    await ana.page.keyboard.press("Enter")
    chips = ana.page.locator(".name-chip bdi")
    await expect(chips).to_have_text("Bentley")
    await expect(offered.first).to_be_hidden()
    await ana.page.keyboard.press("Backspace")
    await ana.page.locator("[name=recipient_name]").fill("benj")
    await offered.first.click()
    await expect(chips).to_have_text("Benjamin")
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.locator("#message")).to_be_focused()
    await ana.page.keyboard.type("Hello")
    await ana.page.keyboard.press("Shift+Enter")
    await ana.page.keyboard.type("you")
    await ana.page.keyboard.press("Enter")  # sends, as in the chat
    await ana.sees_messages("Hello\nyou")
    await expect(ana.page.locator("h1")).to_have_text("Benjamin")


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en-US"},
        {"color_scheme": "dark", "locale": "ru-RU", "viewport": PHONE},
    ],
    ids=["light-en-wide", "dark-ru-phone"],
)
async def test_every_page_is_accessible_and_fits(site: Site, person: Opens, options: dict[str, object]) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", **options)
    for path in ("/messages/sign-in/", "/messages/sign-up/", "/messages/nowhere"):
        await ana.goes_to(path)
        await ana.is_accessible()
        await ana.fits()
    await ana.joins()
    await ana.is_accessible()  # empty
    send = "Отправить" if options["locale"] == "ru-RU" else "Send"
    thread = await ana.writes_to("Ben", "Hello https://example.org", send)
    await site.says(thread, ben, "x" * 3000)
    await expect(ana.messages).to_have_count(2)
    await ana.is_accessible()
    await ana.fits()
    await ana.page.emulate_media(color_scheme="light" if options["color_scheme"] == "dark" else "dark")
    await ana.is_accessible()
    await ana.goes_to("/messages/")
    await ana.page.locator("[popovertarget=menu]").click()
    await ana.is_accessible()
    await ana.fits()
    await ana.goes_to("/messages/#new-message")
    await ana.fits()


async def test_the_first_visit_to_a_chat_loads_little(site: Site, person: Opens, database_url: str) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    execute(
        database_url,
        f"insert into messages select {thread}, n, {ben}, gen_random_uuid(), 'Message number ' || n || ' of an ordinary"
        f" length, as people write them.', now() from generate_series(2, 150) n; update threads set last_seq = 150;"
        " update participants set read_seq = 150, sent_unread = 0",
    )
    cookies = await ana.page.context.cookies()
    newcomer = await person("Ana")
    await newcomer.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # signed in, and nothing cached
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    newcomer.page.on("request", note)
    await newcomer.goes_to(f"/messages/chat/{thread}/")
    await newcomer.page.wait_for_load_state("networkidle")
    sizes = [await request.sizes() for request in requests]
    weight = sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)
    assert len(requests) <= 12, [request.url for request in requests]
    assert weight <= 60 * KILOBYTE, weight
    assert {request.url.split("/messages/")[0] for request in requests} == {site.url}


async def test_a_new_user_gets_from_the_first_page_to_a_first_message(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.goes_to("/")
    await ana.sees("Private messages for the members of this site.")
    await ana.page.get_by_role("link", name="Create an account").click()
    await ana.fills_in(username="Ana", password=PASSWORD)
    await ana.presses("Sign up")
    await ana.sees("Welcome, Ana!")
    await ana.fills_in(recipient_name="Ben", message="My first message")
    await ana.presses("Send")
    await ana.sees_messages("My first message")
