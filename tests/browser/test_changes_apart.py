"""Changes of messages while somebody is away, or on two devices at once."""

from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute


async def test_an_edit_made_offline_outlives_a_reload_and_leaves_when_back(
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


async def test_ana_who_was_away_sees_every_edit_and_deletion_when_she_is_back(ana: Screen, ben: Screen) -> None:
    await ana.page.context.set_offline(True)
    await ana.page.evaluate("dispatchEvent(new Event('online'))")  # looks, and finds nobody
    await ana.sees("Connection lost.")
    await ben.deletes("Hello Ana")
    await ben.chooses_of("What are you reading?", "Edit")
    await ben.writes("What are you writing?")
    await ben.sees_messages("Message deleted", "What are you writing?")
    await expect(ben.page.locator(".message.changing")).to_have_count(0)
    await ana.sees_messages("Hello Ana", "What are you reading?")
    await ana.page.context.set_offline(False)
    await ana.sees_messages("Message deleted", "What are you writing?")


async def test_who_edits_what_another_device_changed_chooses_between_both_texts(
    ana: Screen, ben: Screen, person: Opens
) -> None:
    tablet = await person("Ben")
    await tablet.signs_in()
    await tablet.goes_to(ben.page.url)
    await ben.chooses_of("Hello Ana", "Edit")
    await tablet.chooses_of("Hello Ana", "Edit")
    await tablet.writes("Hello from the tablet")
    await ben.sees("This message was changed in the meantime.")
    await ben.writes("Hello from the desk")
    conflict = ben.page.locator(".message-conflict")
    await expect(conflict.locator(".conflict-text")).to_have_text(["Hello from the desk", "Hello from the tablet"])
    await ana.sees_messages("Hello from the tablet", "What are you reading?")
    await conflict.get_by_role("button", name="Use mine").click()
    await expect(conflict).to_have_count(0)
    for screen in (ana, ben, tablet):
        await screen.sees_messages("Hello from the desk", "What are you reading?")


async def test_who_edits_what_was_deleted_elsewhere_keeps_the_text(ana: Screen, ben: Screen) -> None:
    tab = await ben.another_tab()
    await tab.goes_to(ben.page.url)
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.types("Hello, and much more")
    await tab.deletes("Hello Ana")
    await expect(ben.page.locator("#composer-bar")).to_be_hidden()
    await expect(ben.box).to_have_value("Hello, and much more")


async def test_an_edit_goes_on_where_it_was_when_the_page_is_loaded_again(ana: Screen, ben: Screen) -> None:
    await ben.chooses_of("Hello Ana", "Edit")
    await ben.box.press_sequentially(" and Cleo")
    await ben.page.reload()
    await ben.sees("Editing a message")
    await expect(ben.box).to_have_value("Hello Ana and Cleo")
    await ben.box.press("Enter")
    await ana.sees_messages("Hello Ana and Cleo", "What are you reading?")
    await expect(ben.box).to_have_value("")


async def test_a_page_drawn_for_an_edit_or_an_answer_begins_it(ana: Screen, ben: Screen) -> None:
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


async def test_the_list_follows_the_last_message_and_counts_no_deleted_one(ana: Screen, ben: Screen) -> None:
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
