"""The messenger as a whole: side by side or one at a time, and alive everywhere."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opens, Site
from tests.conftest import execute, holds

PHONE = {"width": 320, "height": 568}


async def test_ana_goes_from_chat_to_chat_on_one_socket_and_back(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    with_ben = await ana.writes_to("Ben", "to Ben")
    with_cleo = await ana.writes_to("Cleo", "to Cleo")
    await ana.writes("and more")
    await ana.sees_pending(0)  # its socket has opened
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


async def test_on_a_phone_there_is_one_thing_at_a_time_and_back_leads_to_the_list(site: Site, person: Opens) -> None:
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


async def test_what_is_unread_stands_in_the_list_the_title_and_the_icon_of_the_page(site: Site, person: Opens) -> None:
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
    await expect(ana.page.get_by_role("status").filter(has_text="2 unread messages")).to_be_attached()  # read aloud
    await expect(icon).to_have_attribute("href", re.compile("favicon-unread.svg"))
    await expect(ana.conversation("Ben").locator(".badge")).to_have_text("2")
    phone = await person("Ana", viewport=PHONE)
    await phone.signs_in()
    await expect(phone.page).to_have_title("(2) Chats")
    await phone.conversation("Ben").locator("a").click()
    await expect(phone.page.locator(".unread-line + .message")).to_contain_text("one")
    for screen in (phone, ana):  # read on one device, known on the other
        await expect(screen.page).to_have_title(re.compile(r"^[^(]"))
    await expect(icon).to_have_attribute("href", re.compile("favicon.svg"))


async def test_ana_sees_ben_come_type_read_and_go(site: Site, person: Opens) -> None:
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
    ("language", "yesterday", "day"),
    [("en-GB", "Yesterday", "2 January 2025"), ("ru-RU", "Вчера", "2 января 2025 г.")],
)
async def test_messages_stand_under_their_days_and_together_when_said_in_one_minute(
    site: Site, person: Opens, database_url: str, language: str, yesterday: str, day: str
) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", locale=language, timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "long ago", "Отправить" if "ru" in language else "Send")
    for text in ("yesterday", "in the same minute"):
        await site.says(thread, ben, text)
    execute(
        database_url,
        "update messages set sent_at = '2025-01-02 12:00Z' where seq = 1;"
        "update messages set sent_at = date_trunc('day', now() at time zone 'utc') at time zone 'utc'"
        " - interval '1 hour' + seq * interval '1 second' where seq > 1",
    )
    await ana.page.reload()
    days = ana.page.locator(".day")
    await expect(days).to_have_text([day, yesterday])
    await expect(ana.page.locator(".message.continues .message-text")).to_have_text(["in the same minute"])
    await site.says(thread, ben, "live")
    await expect(ana.page.locator(".day")).to_have_count(3)
    await ana.writes("mine")
    await ana.writes("and mine")
    await ana.sees_pending(0)
    drawn = "[...document.querySelectorAll('#messages > *')].map(each => each.className.replace(' at', ''))"
    await expect(ana.page).to_have_title("Ben")  # nothing is unread any more,
    await holds(  # on the server, too
        database_url,
        "select 1 from participants p join threads t on t.id = thread_id join users u on u.id = user_id"
        " where u.name = 'Ana' and last_seq = read_seq + sent_unread",
    )
    live = await ana.page.evaluate(drawn)
    await ana.page.reload()
    assert await ana.page.evaluate(drawn) == live  # the browser draws by the same rules as the server


async def test_drafts_stay_with_their_conversations_through_reloads_and_tabs(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.writes_to("Cleo", "Hello")
    await ana.types("for Cleo")
    await ana.opens_conversation("Ben")
    await expect(ana.box).to_have_value("")
    await ana.types("for Ben")
    await ana.opens_conversation("Cleo")
    await expect(ana.box).to_have_value("for Cleo")
    await ana.page.reload()
    await expect(ana.box).to_have_value("for Cleo")
    tab = await ana.another_tab()
    await tab.goes_to("/messages/")
    await tab.opens_conversation("Ben")
    await expect(tab.box).to_have_value("for Ben")
    await tab.writes("sent there")
    await ana.opens_conversation("Ben")
    await expect(ana.box).to_have_value("")


async def test_links_lead_out_safely_and_long_texts_are_folded(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "see https://example.org/a_(b), or javascript:alert(1)")
    await site.says(thread, ben, "\n".join(f"line {number}" for number in range(200)))
    for drawn_by in ("the browser", "the server"):
        link = ana.messages.first.locator("a")
        await expect(link).to_have_text("https://example.org/a_(b)")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        long = ana.messages.last
        folded = await long.bounding_box()
        assert folded is not None
        assert folded["height"] < 400, drawn_by
        await ana.presses("Show all")
        await expect(ana.page.get_by_role("button", name="Show all")).to_be_hidden()
        await expect(long).to_contain_text("line 199")
        unfolded = await long.bounding_box()
        assert unfolded is not None
        assert unfolded["height"] > 2000, drawn_by
        await ana.page.reload()


async def test_what_is_long_is_counted_in_characters_in_the_chat_and_in_the_list(site: Site, person: Opens) -> None:
    """Each of these emoji is two units of a script's string and one character."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await site.says(thread, ben, "😀" * 1200)
    await expect(ana.messages).to_have_count(2)
    for drawn_by in ("the browser", "the server"):
        await expect(ana.page.locator(".message").last, drawn_by).not_to_contain_class("long")
        preview = ana.page.locator(f"[data-thread='{thread}'] .preview-text")
        await expect(preview, drawn_by).to_have_text("😀" * 200)
        await ana.page.reload()


async def test_a_draft_that_nobody_could_see_is_no_draft(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    row = ana.page.locator(f"[data-thread='{thread}']")
    for typed, drafted in (("half a thought", True), ("\u200b\u2800", False)):
        await ana.goes_to(f"/messages/chat/{thread}/")
        await ana.page.locator("#message").fill(typed)
        await ana.writes_to("Cleo", "Hi")
        await expect(row).to_contain_class("drafted") if drafted else await expect(row).not_to_contain_class("drafted")


async def test_a_few_messages_are_copied_with_names_and_times(site: Site, person: Opens) -> None:
    (ben,) = await site.has("Ben")
    ana = await person("Ana", permissions=["clipboard-read", "clipboard-write"], locale="en-GB", timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello Ben")
    await site.says(thread, ben, "Hello Ana")
    await ana.sees_messages("Hello Ben", "Hello Ana")
    await ana.page.evaluate("getSelection().selectAllChildren(document.getElementById('messages'))")
    await ana.page.wait_for_load_state("networkidle")
    await ana.page.keyboard.press("Control+C")
    copied = await ana.page.evaluate("navigator.clipboard.readText()")
    stamp = r"\[\d\d/\d\d/\d{4}, \d\d:\d\d\]"
    assert re.fullmatch(rf"{stamp} Ana: Hello Ben\n{stamp} Ben: Hello Ana", copied), copied


async def test_a_new_message_is_kept_while_one_looks_elsewhere_and_while_the_connection_is_lost(
    site: Site, person: Opens
) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.goes_to("/messages/")
    await ana.fills_in(recipient_name="Cleo", message="A long letter")
    await ana.opens_conversation("Ben")
    await ana.page.go_back()
    await expect(ana.page.locator("[name=recipient_name]")).to_have_value("Cleo")
    await ana.page.context.set_offline(True)
    await ana.page.evaluate("dispatchEvent(new Event('online'))")  # looks, and hears nothing
    await ana.sees("Connection lost. Reconnecting…")
    await ana.presses("Send")
    await ana.sees("Couldn’t send this: the connection was lost.")
    await expect(ana.page.locator("[name=message]")).to_have_value("A long letter")
    await ana.page.context.set_offline(False)
    await expect(ana.page.locator("#connection")).to_be_hidden()
    await ana.presses("Send")
    await ana.sees_messages("A long letter")
    await ana.goes_to("/messages/")
    await expect(ana.page.locator("[name=message]")).to_have_value("")


async def test_a_hundred_messages_pasted_at_once_arrive_in_order(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ben.joins()
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ana.page.evaluate("""() => {
      const form = document.getElementById('composer');
      for (let number = 0; number < 100; number += 1) {
        form.elements.message.value = `number ${number}`;
        form.requestSubmit();
      }
    }""")
    await ben.sees_messages("Hello", *(f"number {number}" for number in range(100)))
    await ana.sees_pending(0)


@pytest.mark.parametrize(
    ("language", "sentence"), [("en-US", "the chat appears here"), ("ru-RU", "чат появится здесь")]
)
async def test_on_a_phone_the_first_chat_of_a_newcomer_appears_above_the_form_and_nothing_moves(
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
