"""Files in the browser: the tray, uploads, and how messages with files look."""

import asyncio
import re

from playwright.async_api import Route, expect

from tests.browser.attaching import attaches, file, picture, pictures, sees_pictures, sends, tray
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site

PLAN = file("plan.pdf", b"%PDF-1.4 " + b"x" * 3000, "application/pdf")
READ_SLOWLY = """() => {
  const read = Blob.prototype.arrayBuffer;
  const may = new Promise((resolve, reject) => { Object.assign(window, { goOn: resolve, fail: reject }); });
  Blob.prototype.arrayBuffer = async function () { await may; return read.call(this); };
}"""
DRAWN = """[...document.querySelectorAll('.message-files, .message-files *')].map((element) => [
  element.tagName, ...element.getAttributeNames().sort().map((name) => name + '=' + element.getAttribute(name)),
  element.children.length ? '' : element.textContent,
])"""


async def test_files_are_moved_taken_away_and_kept_through_a_reload_before_they_are_sent(
    ana: Screen, ben: Screen
) -> None:
    await attaches(ana, picture("one.jpg"), picture("two.jpg"), PLAN)
    await ana.is_accessible()
    await ana.page.get_by_role("button", name="one.jpg, 1 of 3").press("ArrowRight")
    await expect(ana.page.get_by_role("button", name="one.jpg, 2 of 3")).to_be_focused()
    await ana.page.get_by_role("button", name="plan.pdf, 3 of 3").drag_to(tray(ana).first)
    await ana.page.reload()
    await expect(tray(ana)).to_have_count(3)
    labels = [await item.get_attribute("title") for item in await tray(ana).all()]
    assert labels == ["plan.pdf", "two.jpg", "one.jpg"]
    await ana.page.get_by_role("button", name="Remove two.jpg").click()
    await ana.box.press("Enter")  # a text is not needed
    await ana.sees_pending(0)
    await expect(tray(ana)).to_have_count(0)
    await sees_pictures(ben, 1)
    await expect(ben.page.get_by_role("link", name="plan.pdf PDF, 3 KB")).to_be_visible()


async def test_what_is_sent_while_a_file_is_read_outlives_the_page_and_is_sent_once_it_is_read(
    ana: Screen, ben: Screen
) -> None:
    chooser = ana.page.locator("#composer [name=file]")
    await attaches(ana, picture("lake.jpg"))
    await ana.page.evaluate(READ_SLOWLY)
    await chooser.set_input_files([PLAN])
    await ana.writes("At the lake")
    await expect(ana.box).to_have_value("")
    await ana.page.reload()
    await expect(tray(ana)).to_have_count(1)
    await expect(ana.box).to_have_value("At the lake")

    await ana.page.evaluate(READ_SLOWLY)
    await chooser.set_input_files([PLAN])
    await ana.box.press("Enter")
    await ana.box.fill("What about you?")
    await ana.page.evaluate("goOn()")
    await expect(ben.messages.last).to_have_text("At the lake")
    await sees_pictures(ben, 1)
    await expect(ben.page.get_by_role("link", name="plan.pdf PDF, 3 KB")).to_be_visible()
    await ana.sees_pending(0)
    await ana.page.reload()
    await expect(ana.box).to_have_value("What about you?")
    await expect(tray(ana)).to_have_count(0)


async def test_a_file_that_is_sent_after_its_chat_was_left_is_not_in_the_tray_again(ana: Screen, ben: Screen) -> None:
    await attaches(ana, picture("lake.jpg"))
    await ana.page.evaluate(READ_SLOWLY)
    await ana.page.locator("#composer [name=file]").set_input_files([PLAN])
    await ana.writes("At the lake")
    await ana.page.get_by_role("link", name="New message").click()
    await expect(ana.page.locator("h1")).not_to_have_text("Ben")
    await ana.opens_conversation("Ben")
    await expect(tray(ana)).to_have_count(1)
    await ana.page.evaluate("goOn()")
    await expect(ben.messages.last).to_have_text("At the lake")
    await expect(tray(ana)).to_have_count(0)
    await sees_pictures(ben, 1)


async def test_a_reply_none_of_whose_files_can_be_read_can_still_be_written(ana: Screen, ben: Screen) -> None:
    await ben.writes("Where were you?")
    await ana.chooses_of("Where were you?", "Reply")
    await ana.page.evaluate(READ_SLOWLY)
    await ana.page.locator("#composer [name=file]").set_input_files([PLAN])
    await ana.box.press("Enter")
    await ana.page.evaluate("fail()")
    await ana.sees("plan.pdf can’t be read, or is empty.")
    await ana.writes("At the lake")
    await expect(ben.message("At the lake").locator(".message-quote")).to_contain_text("Where were you?")


async def test_the_server_draws_files_as_the_browser_does(ana: Screen, ben: Screen) -> None:
    await sends(ben, picture("lake.jpg"), picture("boat.jpg"), PLAN, text="all of it")
    await sends(ben, picture("one.jpg"))
    await sees_pictures(ana, 3)
    live = await ana.page.evaluate(DRAWN)
    assert len(live) > 10
    await ana.page.reload()
    assert await ana.page.evaluate(DRAWN) == live
    await ana.page.emulate_media(color_scheme="dark")
    await ana.is_accessible()
    await ana.fits()


async def test_what_has_no_text_is_told_by_its_files(ana: Screen, ben: Screen) -> None:
    preview = ana.conversation("Ben").locator(".preview-text")
    for files, words in (([picture("a.jpg")], "Photo"), ([picture("b.jpg"), picture("c.jpg")], "2 photos")):
        await sends(ben, *files)
        await expect(preview).to_have_text(words)
    await sends(ben, PLAN, text="the plan")
    await expect(preview).to_have_text("the plan")
    await ben.chooses_of("the plan", "Edit")
    await ben.writes("")  # what has files may lose its text
    await expect(preview).to_have_text("File: plan.pdf")
    await ana.page.reload()
    await expect(preview).to_have_text("File: plan.pdf")
    await ana.page.locator(".message", has=ana.page.locator(".file")).press("r")
    await expect(ana.page.locator("#composer-bar")).to_contain_text("File: plan.pdf")
    await ana.writes("Thank you")
    await expect(ben.page.locator(".message-quote")).to_have_text("BenFile: plan.pdf")
    await ana.page.reload()
    await expect(ana.page.locator(".message-quote")).to_have_text("BenFile: plan.pdf")


async def test_a_picture_that_the_server_refuses_says_why_and_the_rest_can_still_be_sent(
    ana: Screen, ben: Screen
) -> None:
    await attaches(ana, file("broken.png", b"\x89PNG\r\n\x1a\n cut off", "image/png"), picture("lake.jpg"))
    await ana.writes("At the lake")
    refused = ana.page.locator(".message.refused")
    await expect(refused.locator(".message-state")).to_contain_text("picture")
    await expect(refused.locator(".message-text")).to_have_text("At the lake")
    await refused.get_by_role("button", name="Remove broken.png").click()
    await refused.get_by_role("button", name="Try again").click()
    await ana.sees_pending(0)
    await sees_pictures(ben, 1)
    await expect(ben.messages.last).to_have_text("At the lake")


async def test_files_keep_their_place_between_messages_written_offline(ana: Screen, ben: Screen) -> None:
    await attaches(ana, picture("loads-the-script.jpg"))
    await ana.page.get_by_role("button", name="Remove loads-the-script.jpg").click()
    await ana.page.context.set_offline(True)
    await ana.writes("before")
    await attaches(ana, picture("lake.jpg"), PLAN)
    await ana.writes("At the lake")
    await ana.writes("after")
    await ana.sees_pending(3)
    await ana.page.context.set_offline(False)
    await ana.sees_pending(0)
    await ben.sees_messages("Hello Ana", "What are you reading?", "before", "At the lake", "after")
    await sees_pictures(ben, 1)


async def test_one_of_two_uploads_is_canceled(ana: Screen, ben: Screen) -> None:
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await ana.page.route("**/messages/files/*", hold)
    await attaches(ana, picture("lake.jpg"), picture("boat.jpg"))
    await ana.writes("One of two")
    await expect(ana.page.get_by_role("progressbar", name="Uploading boat.jpg")).to_be_visible()
    await ana.page.locator(".pending").get_by_role("button", name="Remove boat.jpg").click()
    free.set()
    await ana.sees_pending(0)
    await sees_pictures(ben, 1)
    await expect(pictures(ben)).to_have_attribute("alt", "lake.jpg")


async def test_files_are_pasted_and_dropped(ana: Screen, ben: Screen) -> None:
    del ben
    give = """([type, name]) => {
        const data = new DataTransfer();
        data.items.add(new File(['some text'], name, { type: 'text/plain' }));
        const options = { bubbles: true, cancelable: true };
        const target = document.querySelector(type === 'paste' ? '#message' : '#log');
        if (type === 'paste') target.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
        else for (const each of ['dragover', 'drop'])
          target.dispatchEvent(new DragEvent(each, { ...options, dataTransfer: data }));
    }"""
    await ana.page.evaluate(give, ["paste", "pasted.txt"])
    await expect(tray(ana)).to_have_count(1)
    await ana.page.evaluate(give, ["drop", "dropped.txt"])
    await expect(tray(ana)).to_have_count(2)
    await expect(ana.page.locator("#main")).not_to_have_attribute("data-drop", "")


async def test_too_many_and_empty_files_are_refused_at_once(ana: Screen, ben: Screen) -> None:
    del ben
    await ana.page.locator("#composer [name=file]").set_input_files([file("empty.txt", b"")])
    await ana.sees("empty.txt can’t be read, or is empty.")
    many = [file(f"{number}.txt", b"x") for number in range(11)]
    await ana.page.locator("#composer [name=file]").set_input_files(many)
    await ana.sees("A message has at most 10 files.")
    await expect(tray(ana)).to_have_count(10)


async def test_signing_out_leaves_no_file_in_the_browser(ana: Screen, ben: Screen) -> None:
    del ben
    await attaches(ana, picture("lake.jpg"))
    assert len(await ana.page.evaluate("indexedDB.databases()")) == 1
    await ana.chooses("Sign out")
    await expect(ana.page).to_have_url(re.compile("/messages/sign-in/"))
    assert await ana.page.evaluate("indexedDB.databases()") == []
    assert await ana.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('files'))") == []


async def test_files_are_sent_without_scripts(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=False)
    await ana.signs_up()
    await ana.fills_in(recipient_name="Ben", message="At the lake")
    await ana.page.set_input_files("[name=file]", [picture("lake.jpg")])
    await ana.presses("Send")
    await ana.sees_messages("At the lake")
    await ana.page.set_input_files("[name=file]", [picture("boat.jpg"), PLAN])
    await ana.presses("Send")
    await expect(pictures(ana)).to_have_count(2)
    shown = await ana.page.request.get(str(await ana.page.locator(".picture a").first.get_attribute("href")))
    assert shown.headers["content-type"] == "image/webp"
