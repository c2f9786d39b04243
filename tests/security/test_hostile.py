"""Code in names and texts is only shown: nothing runs, and the content security policy reports nothing."""

from urllib.parse import quote

import pytest
from playwright.async_api import expect

from tests.browser.site import Opens, Site
from tests.support.people import PASSWORD

pytestmark = pytest.mark.long

TEXTS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '"><svg onload=window.hacked=1>',
    "' onfocus='window.hacked=1' autofocus='",
    "{{ 7 * 7 }} {% raw %} %(name)s",
    "javascript:window.hacked=1",
    "</textarea></template><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<b>bold</b> &amp; &lt;i&gt; \u202eand turned around",
]


async def test_a_hostile_text_is_shown_literally_everywhere(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    thread = await ana.writes_to("Ben", TEXTS[0])
    await ben.goes_to(f"/messages/chat/{thread}/")
    for text in TEXTS[1:]:
        await ana.writes(text)
        await expect(ben.messages.last).to_have_text(text)  # live
    for screen in (ana, ben):
        await screen.page.reload()
        await screen.sees_messages(*TEXTS)  # as history
        await screen.goes_to("/messages/")
        await expect(screen.page.locator(".preview-text")).to_have_text(TEXTS[-1])
        for part in (".conversation-title", ".preview-text"):  # the override character has no effect outside
            bidi = await screen.page.locator(part).evaluate("element => getComputedStyle(element).unicodeBidi")
            assert bidi in {"isolate", "plaintext"}, part
        assert await screen.page.evaluate("window.hacked") is None


async def test_a_hostile_name_is_returned_as_typed_and_does_nothing(person: Opens) -> None:
    ana = await person("Ana")
    await ana.goes_to("/messages/sign-up/")
    name = " ".join(TEXTS)
    await ana.fills_in(username=name, password="long enough")
    await ana.presses("Sign up")
    await ana.sees_alert("Choose a name of 3 to 30 letters")
    await expect(ana.page.locator("[name=username]")).to_have_value(name)
    await ana.joins()
    await ana.fills_in(recipient_name=name, message=name)
    await ana.presses("Send")
    await expect(ana.page.get_by_role("alert").first).to_contain_text("Nobody here is called")
    await expect(ana.page.locator("[name=message]")).to_have_value(name)
    assert await ana.page.evaluate("window.hacked") is None


async def test_hostile_addresses_cookies_and_headers_do_nothing(site: Site, person: Opens) -> None:
    hostile = "".join(TEXTS)
    ana = await person(
        "Ana", user_agent=f"Firefox/1 Linux {TEXTS[0]}", extra_http_headers={"Accept-Language": TEXTS[1]}
    )
    await ana.joins()
    await site.has("Ben")
    thread = await ana.writes_to("Ben", "Hello")
    names = ("chat_timezone", "chat_chosen_timezone", "chat_theme", "chat_language", "timezone", "theme", "language")
    await ana.page.context.add_cookies([{"name": name, "value": quote(hostile), "url": ana.page.url} for name in names])
    chat = f"/messages/chat/{thread}/"
    for path in [
        *(f"{chat}?{name}=" for name in ("at", "on", "list", "done")),
        *(
            f"/messages/{where}"
            for where in ("?list=", "sign-in/?next=", "account/?done=", "reset/", "chat/", "people?name=")
        ),
    ]:
        await ana.goes_to(path + quote(hostile))
        assert await ana.page.evaluate("window.hacked") is None, path


async def test_signing_in_never_leads_to_another_site(person: Opens) -> None:
    ana = await person("Ana")
    await ana.joins()
    for target in ("//evil.example/", "/\\evil.example"):
        await ana.chooses("Sign out")
        await expect(ana.page).to_have_url("/messages/sign-in/")
        await ana.page.goto(f"/messages/sign-in/?next={target}")
        await ana.fills_in(username="Ana", password=PASSWORD)
        await ana.page.locator("main").get_by_role("button", name="Sign in").click()
        await ana.sees("No chats yet")
