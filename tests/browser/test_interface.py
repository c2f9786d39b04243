"""The messenger as a whole: list and chat side by side or one at a time, both updated live."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.site import Opens, Site

PHONE = {"width": 320, "height": 568}


async def test_ana_goes_from_chat_to_chat_on_one_socket_and_back(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    with_ben = await ana.writes_to("Ben", "to Ben")
    with_cleo = await ana.writes_to("Cleo", "to Cleo")
    await ana.writes("and more")
    await ana.sees_pending(0)  # its socket is open
    loads: list[str] = []
    ana.page.on("load", lambda _: loads.append("a page"))
    ana.page.on("websocket", lambda _: loads.append("a socket"))
    await ana.conversation("Ben").locator("a").click()
    await ana.sees_messages("to Ben")
    await expect(ana.page).to_have_url(f"/messages/chat/{with_ben}/")
    await expect(ana.page).to_have_title("Ben")
    await expect(ana.box).to_be_focused()
    await expect(ana.conversation("Ben").locator("a")).to_have_attribute("aria-current", "page")
    await ana.writes("still here")  # by the same socket
    await ana.sees_pending(0)
    await ana.page.go_back()
    await ana.sees_messages("to Cleo", "and more")
    await expect(ana.page).to_have_url(f"/messages/chat/{with_cleo}/")
    await ana.page.go_forward()
    await ana.sees_messages("to Ben", "still here")
    assert loads == []
    await ana.page.reload()
    await ana.sees_messages("to Ben", "still here")
    await expect(ana.page.locator("h1")).to_have_text("Ben")


async def test_a_chat_that_opens_late_leaves_the_focus_where_ana_has_put_it(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "to Ben")
    await ana.writes_to("Cleo", "to Cleo")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await ana.page.route("**/messages/chat/*/", held.put)
    await ana.conversation("Ben").locator("a").click()
    chat = await held.get()
    await ana.page.keyboard.press("Control+k")
    field = ana.page.locator(".search [name=q]")
    await field.press_sequentially("mi")
    await chat.continue_()
    await ana.sees_messages("to Ben")
    await expect(ana.page.locator("#main")).not_to_have_attribute("aria-busy", "true")
    await ana.page.keyboard.type("ll")
    await expect(field).to_have_value("mill")


async def test_a_phone_shows_the_list_or_a_chat_and_back_leads_to_the_list(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", viewport=PHONE, has_touch=True, locale="ru-RU")
    await ana.joins()
    await ana.sees("Здравствуйте, Ana!")
    await ana.writes_to("Ben", "Привет", "Отправить")
    sidebar, composer, form = (ana.page.locator(each) for each in (".sidebar", "#composer", "#new-message"))
    await expect(sidebar).to_be_hidden()
    await expect(composer).to_be_in_viewport()
    await ana.page.get_by_role("link", name="К чатам").click()
    await expect(sidebar).to_be_visible()
    await expect(composer).to_have_count(0)
    await expect(form).to_be_hidden()
    await ana.page.get_by_role("link", name="Новое сообщение").click()
    await expect(form).to_be_visible()
    await expect(sidebar).to_be_hidden()
    await ana.page.go_back()
    await expect(sidebar).to_be_visible()
    await ana.conversation("Ben").locator("a").tap()
    await ana.sees_messages("Привет")
    await ana.page.go_back()
    await ana.conversation("Ben").locator("a").tap()
    await ana.sees_messages("Привет")


async def test_unread_counts_are_in_the_list_the_title_and_the_icon_of_the_page(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await ana.goes_to("/messages/")
    icon = ana.page.locator("link[rel=icon]")
    await expect(icon).to_have_attribute("href", re.compile("favicon.svg"))
    for text in ("one", "two"):
        await site.says(thread, ben, text)
    await expect(ana.page).to_have_title("(2) Chats")
    await expect(ana.page.get_by_role("status").filter(has_text="2 unread messages")).to_be_attached()  # is read aloud
    await expect(icon).to_have_attribute("href", re.compile("favicon-unread.svg"))
    await expect(ana.conversation("Ben").locator(".badge")).to_have_text("2")
    phone = await person("Ana", viewport=PHONE)
    await phone.signs_in()
    await expect(phone.page).to_have_title("(2) Chats")
    await phone.conversation("Ben").locator("a").click()
    await expect(phone.page.locator(".unread-line + .message")).to_contain_text("one")
    for screen in (phone, ana):  # read on one device, shown on both
        await expect(screen.page).to_have_title(re.compile(r"^[^(]"))
    await expect(icon).to_have_attribute("href", re.compile("favicon.svg"))


async def test_ana_sees_ben_connect_type_read_and_leave(site: Site, person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ben.joins()
    await ana.joins()
    thread = await ana.writes_to("Ben", "Are you there?")
    mark = ana.page.locator(".message .mark")
    await expect(mark).to_have_accessible_name("Sent")
    presence = ana.page.locator("#presence")
    await expect(presence).to_have_text("online")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await expect(mark).to_have_accessible_name("Seen")
    await ben.page.keyboard.type("I")
    await expect(ana.page.locator("#typing")).to_have_text("Ben is typing…")
    await ben.page.keyboard.type(" am")
    await ben.page.keyboard.press("Enter")
    await ana.sees_messages("Are you there?", "I am")
    await expect(ana.page.locator("#typing")).to_be_empty()
    await ben.sees_pending(0)
    await ben.page.close()
    await expect(presence).to_have_text(re.compile(r"^last seen at \d+:\d\d.[AP]M$"))


@pytest.mark.parametrize(
    ("language", "sentence"), [("en-US", "the chat appears here"), ("ru-RU", "чат появится здесь")]
)
async def test_a_new_users_first_chat_appears_above_the_form_on_a_phone_and_nothing_moves(
    site: Site, person: Opens, language: str, sentence: str
) -> None:
    ana, ben = await person("Ana", viewport=PHONE, locale=language), await person("Ben")
    await ana.joins()
    await ben.joins()
    await expect(ana.page.get_by_text(sentence)).to_be_in_viewport()
    box, menu = ana.page.locator("[name=message]"), ana.page.locator("[popovertarget=menu]")
    await box.fill("half a thought")
    place = await box.bounding_box()
    await ben.writes_to("Ana", "Hello Ana")
    await expect(ana.conversation("Ben")).to_contain_text("Hello Ana")
    await expect(ana.conversation("Ben").locator("a")).to_be_in_viewport(ratio=1)
    await expect(menu).to_be_in_viewport()
    await expect(box).to_be_focused()
    await expect(box).to_have_value("half a thought")
    assert await box.bounding_box() == place
    await ana.fits()
    await ana.is_accessible()
    await ana.conversation("Ben").locator("a").click()
    await ana.sees_messages("Hello Ana")
    await ana.page.locator(".chat-head .back").click()
    await expect(ana.conversation("Ben")).to_be_visible()
    await expect(box).to_be_hidden()
