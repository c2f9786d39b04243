"""The list of conversations is alive: order, totals, unread marks, previews, new threads."""

from playwright.async_api import expect

from tests.browser.conftest import Opens


async def test_the_list_follows_what_happens(person: Opens) -> None:
    ana, ben, cleo = await person("Ana"), await person("Ben"), await person("Cleo")
    for someone in (ana, ben, cleo):
        await someone.joins()
    await ben.writes_to("Ana", "from Ben")
    await ana.sees_conversations("Ben")  # a new thread appears by itself
    await cleo.writes_to("Ana", "from Cleo")
    await ana.sees_conversations("Cleo", "Ben")
    await ben.writes("from Ben again")
    await ana.sees_conversations("Ben", "Cleo")
    row = ana.conversation("Ben")
    await expect(row.locator(".badge")).to_have_text("2")
    await expect(row.locator(".conversation-total")).to_have_text("2 messages")
    await expect(row.locator(".preview-text")).to_have_text("from Ben again")

    chat = await ana.another_tab()
    await chat.goes_to("/messages/")
    await chat.opens_conversation("Ben")
    await chat.page.bring_to_front()
    await expect(row.locator(".badge")).to_be_hidden()  # read there, known here
    await chat.writes("my answer")
    await expect(row.locator(".conversation-preview")).to_contain_text("You: my answer")
    await expect(row.locator(".badge")).to_be_hidden()


async def test_signing_out_in_one_tab_ends_the_other_and_no_other_browser(person: Opens) -> None:
    ana, elsewhere = await person("Ana"), await person("Ana")
    await ana.joins()
    await elsewhere.signs_in()
    other_tab = await ana.another_tab()
    await other_tab.goes_to("/messages/")
    await ana.chooses("Sign out")
    await expect(other_tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await elsewhere.page.reload()
    await elsewhere.sees("No chats yet")
    await ana.page.go_back()
    await expect(ana.page.locator("#menu")).to_have_count(0)  # Back shows nothing of hers
