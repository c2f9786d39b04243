"""Blocks, and chats with deleted users."""

from playwright.async_api import expect

from tests.browser.site import Opens, Site
from tests.support.database import execute
from tests.support.people import PASSWORD

ACCOUNT = "/messages/account/"


async def test_ana_blocks_and_unblocks_ben(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    await ben.writes_to("Ana", "Hello")
    await ana.opens_conversation("Ben")
    await ana.presses("More")
    await ana.presses("Block Ben")
    await ana.sees("You’ve blocked Ben.")
    await expect(ana.box).to_have_count(0)
    await ana.sees_messages("Hello")
    await ana.page.locator("#log").focus()
    await ana.page.keyboard.press("Escape")  # there is no box to return to
    await expect(ana.page.locator("#main")).to_be_focused()
    await ben.writes("Are you there?")
    await expect(ben.page.locator(".message.refused")).to_contain_text("This person isn’t accepting messages.")
    await ana.page.locator("footer").get_by_role("button", name="Unblock").click()
    await expect(ana.box).to_be_visible()
    await ana.sees_messages("Hello")
    await ben.presses("Try again")
    await ana.sees_messages("Hello", "Are you there?")
    await ana.writes("Yes")
    await ben.sees_messages("Hello", "Are you there?", "Yes")


async def test_ana_unblocks_ben_on_her_account_page_without_scripts(person: Opens) -> None:
    ana, ben = await person("Ana", java_script_enabled=False), await person("Ben")
    await ben.joins()
    await ana.signs_up()
    await ana.writes_to("Ben", "Hello")
    await ana.presses("More")
    await ana.presses("Block Ben")
    await ana.sees("You’ve blocked Ben.")
    await ana.goes_to(ACCOUNT)
    await ana.presses("Unblock Ben")
    await ana.sees("You haven’t blocked anyone.")


async def test_a_conversation_with_a_deleted_user_can_still_be_read(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    await ben.writes_to("Ana", "Farewell")
    await ben.chooses_link("Account")
    await ben.fills_in(delete_password=PASSWORD)
    await ben.presses("Delete my account for good")
    await ben.sees("Your account has been deleted.")
    await ana.goes_to("/messages/")
    await ana.opens_conversation("Deleted person")
    await ana.sees_messages("Farewell")
    await ana.sees("You can’t send messages here any more.")


async def test_repaired_messages_of_a_deleted_user_are_in_each_readers_language(
    site: Site, person: Opens, database_url: str
) -> None:
    (ana_id,) = await site.has("Ana")
    ben, cleo = await person("Ben"), await person("Cleo", locale="ru-RU")
    await ben.joins()
    await cleo.joins()
    group = await site.group("Ana", "Ben", "Cleo")
    await ben.goes_to(f"/messages/chat/{group}/")
    await cleo.goes_to(f"/messages/chat/{group}/")
    await ben.writes("Hello")
    await cleo.sees_messages("Hello")
    execute(  # stored without an event; the gap repair finds it after its sender was deleted
        database_url,
        f"insert into messages values ({group}, 2, {ana_id}, gen_random_uuid(), 'Farewell', clock_timestamp());"
        f" update threads set last_seq = 2, last_message_at = clock_timestamp() where id = {group};"
        f" delete from participants where user_id = {ana_id};"
        f" update users set name = '', name_key = ':1', deleted_at = now() where id = {ana_id}",
    )
    for reader, words in ((ben, "Deleted person"), (cleo, "Удалённый аккаунт")):
        await reader.sees_messages("Hello", "Farewell")
        await expect(reader.page.locator(".message-sender").last).to_have_text(words)
        await expect(reader.page.locator(".preview-sender")).to_have_text(f"{words}:")
