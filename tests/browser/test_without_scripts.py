"""Everything also works without scripts, by forms and links."""

from playwright.async_api import expect

from tests.browser.site import Opens, Site


async def test_ana_signs_up_writes_reads_and_signs_out_without_scripts(person: Opens) -> None:
    ana, ben = await person("Ana", java_script_enabled=False), await person("Ben", java_script_enabled=False)
    await ana.signs_up()
    await ben.signs_up()
    await ana.writes_to("Ben", "By form alone")
    await ben.goes_to("/messages/")
    await expect(ben.conversation("Ana").locator(".badge")).to_have_text("1")
    await ben.opens_conversation("Ana")
    await ben.sees_messages("By form alone")
    await ben.presses("Mark as read")
    await ben.types("It works")
    await ben.presses("Send")
    await ben.sees_messages("By form alone", "It works")
    await ben.goes_to("/messages/")
    await expect(ben.conversation("Ana").locator(".badge")).to_be_hidden()
    await ana.page.get_by_role("link", name="Reload to see new messages").click()
    await ana.sees_messages("By form alone", "It works")
    await ana.chooses("Sign out")
    await expect(ana.page).to_have_url("/messages/sign-in/")


async def test_a_rejected_form_keeps_what_was_typed(person: Opens) -> None:
    ana = await person("Ana", java_script_enabled=False)
    await ana.signs_up()
    await ana.fills_in(recipient_name="Nobody", message="A long letter")
    await ana.presses("Send")
    await ana.sees_alert("Nobody here is called Nobody.")
    await expect(ana.page.locator("[name=message]")).to_have_value("A long letter")
    await expect(ana.page.locator("[name=recipient_name]")).to_have_value("Nobody")


async def test_a_double_click_sends_one_message(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana", java_script_enabled=False)
    await ana.signs_up()
    await ana.fills_in(recipient_name="Ben", message="Only once")
    await ana.page.locator("main").get_by_role("button", name="Send").dblclick()
    await ana.sees_messages("Only once")
    await ana.page.reload()
    await ana.sees_messages("Only once")
