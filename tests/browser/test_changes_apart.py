"""Changes of messages while a user is offline, or on two devices at once."""

import json

from playwright.async_api import WebSocketRoute, expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.browser.swallowing import Swallowing
from tests.support.database import execute


async def test_an_edit_made_offline_survives_a_reload_and_is_sent_after_reconnecting(
    mortal_site: Site, ana: Screen, ben: Screen
) -> None:
    await mortal_site.stop()
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.writes("Hello dear Ana")
    line = ben.page.locator(".message.changing .message-state")
    await expect(line).to_have_text("Waiting for the connection")
    await ben.sees_messages("Hello dear Ana", "What are you reading?")
    url = ben.page.url
    await ben.goes_to("about:blank")
    await mortal_site.start()
    await ben.goes_to(url)
    for screen in (ben, ana):
        await screen.sees_messages("Hello dear Ana", "What are you reading?")
    await expect(ben.page.locator(".message.changing")).to_have_count(0)


async def test_a_message_deleted_before_it_was_sent_is_never_sent(
    mortal_site: Site, ana: Screen, ben: Screen, database_url: str
) -> None:
    await mortal_site.stop()
    await expect(ben.page.locator("#presence")).to_be_hidden()
    await ben.writes("a secret")
    await ben.writes("helo")
    await ben.sees_pending(2)
    await ben.chooses_of("helo", "Edit")
    await ben.writes("hello")
    await ben.deletes("a secret")
    await ben.sees_messages("Hello Ana", "What are you reading?", "hello")
    await mortal_site.start()
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "hello")
    await ben.sees_pending(0)
    assert execute(database_url, "select count(*), max(last_seq) from messages, threads") == [(3, 3)]


async def test_a_message_edited_before_it_was_sent_is_sent_once_with_the_new_text(
    ana: Screen, ben: Screen, database_url: str
) -> None:
    await ben.loses_the_connection()
    await ben.writes("helo")
    await ben.edits("helo", "hello")
    await ben.page.context.set_offline(False)
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "hello")
        await expect(screen.message("hello").locator(".message-edited")).to_have_count(0)
    await ben.sees_pending(0)
    assert execute(database_url, "select count(*), max(last_seq) from messages, threads") == [(3, 3)]


async def test_a_message_that_may_have_arrived_is_settled_first_and_then_edited(
    ana: Screen, ben: Screen, database_url: str
) -> None:
    swallowing = await Swallowing.between(ben)
    swallowing.begin()
    await ben.writes("helo")
    await swallowing.something()
    await ana.sees_messages("Hello Ana", "What are you reading?", "helo")
    await ben.edits("helo", "hello")
    await ben.sees_pending(1)
    await swallowing.breaks()
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "hello")
        await expect(screen.page.locator(".message-edited")).to_have_text("edited")
    await ben.sees_pending(0)
    assert execute(database_url, "select count(*), max(last_seq) from messages, threads") == [(3, 3)]


async def test_a_message_that_is_sent_during_its_edit_is_edited(ana: Screen, ben: Screen) -> None:
    await ben.page.context.set_offline(True)
    await ben.writes("helo")
    await ben.sees("Waiting for the connection")
    await ben.chooses_of("helo", "Edit")
    await ben.page.context.set_offline(False)
    await ana.sees_messages("Hello Ana", "What are you reading?", "helo")
    await ben.sees_pending(0)
    await ben.writes("hello")
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "hello")


async def test_ana_sees_every_edit_and_deletion_that_she_missed_when_she_is_back(ana: Screen, ben: Screen) -> None:
    await ana.loses_the_connection()
    await ben.deletes("Hello Ana")
    await ben.chooses_of("What are you reading?", "Edit")
    await ben.writes("What are you writing?")
    await ben.sees_messages("Message deleted", "What are you writing?")
    await expect(ben.page.locator(".message.changing")).to_have_count(0)
    await ana.sees_messages("Hello Ana", "What are you reading?")
    await ana.page.context.set_offline(False)
    await ana.sees_messages("Message deleted", "What are you writing?")


async def test_ben_chooses_between_two_texts_when_another_device_edited_the_message(
    ana: Screen, ben: Screen, person: Opens
) -> None:
    tablet = await person("Ben")
    await tablet.signs_in()
    await tablet.goes_to(ben.page.url)
    await ben.chooses_of("Hello Ana", "Edit")
    await tablet.chooses_of("Hello Ana", "Edit")
    await tablet.writes("Hello from the tablet")
    await ben.sees("This message was changed in the meantime.")
    await ben.writes("Hello from the desk")  # without a look at it
    conflict = ben.page.locator(".message-conflict")
    await expect(conflict.locator(".conflict-text")).to_have_text(["Hello from the desk", "Hello from the tablet"])
    await ana.sees_messages("Hello from the tablet", "What are you reading?")
    await conflict.get_by_role("button", name="Use mine").click()
    await expect(conflict).to_have_count(0)
    for screen in (ana, ben, tablet):
        await screen.sees_messages("Hello from the desk", "What are you reading?")


async def test_a_repeated_message_with_a_newer_change_is_shown(ana: Screen, ben: Screen) -> None:
    browsers: list[WebSocketRoute] = []

    def listen_in(browser: WebSocketRoute) -> None:
        browser.connect_to_server()
        browsers.append(browser)

    await ana.page.route_web_socket("**/messages/ws", listen_in)
    await ana.page.reload()
    await ben.writes("Nothing?")
    await ana.sees_messages("Hello Ana", "What are you reading?", "Nothing?")
    message = ana.message("Hello Ana")
    of_it = {name: await message.get_attribute(f"data-{name}") for name in ("id", "seq", "sender")}
    frame = {
        "type": "message", "thread": int(ana.page.url.split("/")[-2]), "seq": int(of_it["seq"] or 0), "id": of_it["id"],
        "sender": {"id": int(of_it["sender"] or 0), "name": "Ben"}, "text": "Hello dear Ana", "change": 9,
        "at": "2026-11-30T12:00:00.000Z", "edited": "2026-11-30T12:05:00.000Z",
    }  # fmt: skip
    browsers[-1].send(json.dumps(frame))
    browsers[-1].send(json.dumps(frame | {"text": "Hello", "change": 8}))
    await ana.sees_messages("Hello dear Ana", "What are you reading?", "Nothing?")
    await expect(ana.page.locator("#counts")).to_contain_text("3 messages")


async def test_who_looks_at_what_another_device_changed_saves_over_it(ana: Screen, ben: Screen, person: Opens) -> None:
    tablet = await person("Ben")
    await tablet.signs_in()
    await tablet.goes_to(ben.page.url)
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.types("Hello from the desk")
    await tablet.edits("Hello Ana", "Hello from the **tablet**")
    bar = ben.page.locator("#composer-bar")
    await expect(bar.get_by_role("status")).to_have_text("This message was changed in the meantime.")
    await ben.presses("Show")
    await expect(ben.box).to_be_focused()
    await expect(ben.box).to_have_accessible_description("Hello from the tablet")
    await ana.reacts("Hello from the tablet", "👍")
    await expect(ben.page.locator(".chip")).to_have_count(1)
    await expect(bar.get_by_role("button", name="Show")).to_be_hidden()
    await ben.box.press("Enter")
    for screen in (ana, ben, tablet):
        await screen.sees_messages("Hello from the desk", "What are you reading?")
        await expect(screen.page.locator(".message-conflict")).to_have_count(0)


async def test_an_edit_that_goes_on_after_a_reload_knows_what_was_changed_meanwhile(
    ana: Screen, ben: Screen, person: Opens
) -> None:
    url = ben.page.url
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.box.press_sequentially(", from the desk")
    await ben.goes_to("about:blank")
    tablet = await person("Ben")
    await tablet.signs_in()
    await tablet.goes_to(url)
    await tablet.edits("Hello Ana", "Hello from the tablet")
    await ana.sees_messages("Hello from the tablet", "What are you reading?")
    await ben.goes_to(url)
    await ben.sees("This message was changed in the meantime.")
    await expect(ben.box).to_have_value("Hello Ana, from the desk")


async def test_ben_keeps_his_edited_text_when_the_message_was_deleted_elsewhere(ana: Screen, ben: Screen) -> None:
    tab = await ben.another_tab()
    await tab.goes_to(ben.page.url)
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.types("Hello, and much more")
    await tab.deletes("Hello Ana")
    await expect(ben.page.locator("#composer-bar")).to_be_hidden()
    await expect(ben.box).to_have_value("Hello, and much more")


async def test_an_unfinished_edit_continues_after_a_reload(ana: Screen, ben: Screen) -> None:
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.box.press_sequentially(" and Cleo")
    await ben.page.reload()
    await ben.sees("Editing a message")
    await expect(ben.box).to_have_value("Hello Ana and Cleo")
    await ben.box.press("Enter")
    await ana.sees_messages("Hello Ana and Cleo", "What are you reading?")
    await expect(ben.box).to_have_value("")


async def test_a_link_to_an_edit_or_a_reply_opens_it_in_the_composer(ana: Screen, ben: Screen) -> None:
    chat = ben.page.url
    await ben.goes_to(f"{chat}?edit=1")
    await ben.sees("Editing a message")
    await expect(ben.box).to_have_value("Hello Ana")
    await ben.writes("Hello dear Ana")
    await ana.sees_messages("Hello dear Ana", "What are you reading?")
    await expect(ben.box).to_have_value("")
    await ana.goes_to(f"{chat}?reply=1")
    await ana.sees("Replying to Ben")
    await ana.writes("Hello Ben")
    await expect(ben.page.locator(".message-quote")).to_have_text("BenHello dear Ana")


async def test_the_list_shows_the_last_message_and_does_not_count_deleted_ones(ana: Screen, ben: Screen) -> None:
    await expect(ben.page.locator(".message.seen")).to_have_count(2)
    await ana.goes_to("/messages/")
    tab = await ana.another_tab()
    await tab.goes_to("/messages/")
    await ben.writes("Are you there?")
    for screen in (ana, tab):
        row = screen.conversation("Ben")
        await expect(row.locator(".badge")).to_have_text("1")
        await expect(row.locator(".preview-text")).to_have_text("Are you there?")
    await ben.chooses_of("Are you there?", "Edit")
    await ben.writes("Are you **here**?")
    for screen in (ana, tab):
        await expect(screen.conversation("Ben").locator(".preview-text")).to_have_text("Are you here?")
    await ben.deletes("Are you here?")
    for screen in (ana, tab):
        row = screen.conversation("Ben")
        await expect(row.locator(".preview-text")).to_have_text("Message deleted")
        await expect(row.locator(".badge")).to_be_hidden()
        await expect(screen.page).to_have_title("Chats")
