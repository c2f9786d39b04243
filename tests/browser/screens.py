"""What a person does and sees at a browser."""

import asyncio
import re
from typing import Self

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.support.people import PASSWORD, PATIENCE

expect.set_options(timeout=PATIENCE * 1000)

REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => console.error('CSP: ' + event.violatedDirective));
"""
# Contrast cannot be measured while colors are still changing.
SETTLE = """new Promise(requestAnimationFrame)
  .then(() => Promise.allSettled(document.getAnimations().map((each) => each.finished)))"""
# The browser's own messages about an unavailable server, or an answer like 403 or 404, are expected.
EXPECTED = re.compile(
    r"Failed to load resource|WebSocket connection to|ERR_CONNECTION_REFUSED|the list answered|Blocked autofocusing"
)


class Screen:
    """One page in a person's own browser. `troubles` collects script errors and policy violations."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(f"{name}: {error}"))
        page.on("console", self._hear)
        page.on("dialog", lambda dialog: self.troubles.append(f"{name}: dialog {dialog.message}"))

    @classmethod
    async def open(cls, context: BrowserContext, name: str) -> Self:
        await context.add_init_script(REPORT_VIOLATIONS)
        return cls(await context.new_page(), name)

    async def another_tab(self) -> "Screen":
        tab = Screen(await self.page.context.new_page(), self.name)
        tab.troubles = self.troubles
        return tab

    def at_the_same_browser(self, name: str) -> "Screen":
        """Returns the same page, used by another person."""
        other = Screen(self.page, name)
        other.troubles = self.troubles
        return other

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            self.troubles.append(f"{self.name}: {message.text}")

    # -- what people do -----------------------------------------------------------------------------------------------

    async def goes_to(self, path: str) -> None:
        await self.page.goto(path)

    async def fills_in(self, **fields: str) -> None:
        for name, value in fields.items():
            await self.page.fill(f"main [name={name}]", value)

    async def presses(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).first.click()

    async def chooses(self, label: str) -> None:
        """Presses a button of the menu."""
        await self.page.locator("[popovertarget=menu]").click()
        await self.page.locator("#menu").get_by_role("button", name=label, exact=True).click()

    async def chooses_link(self, label: str) -> None:
        """Follows a link of the menu."""
        await self.page.locator("[popovertarget=menu]").click()
        await self.page.locator("#menu").get_by_role("link", name=label, exact=True).click()

    async def joins(self) -> None:
        """Signs up without looking at the form, and goes to the conversations."""
        page = await self.page.request.get("/messages/sign-up/")
        fields: dict[str, str | float | bool] = {
            "username": self.name,
            "password": PASSWORD,
            "csrf_token": form_token(await page.text()),
        }
        answer = await self.page.request.post("/messages/sign-up/", form=fields)
        assert answer.ok
        await self.goes_to("/messages/")

    async def signs_up(self, button: str = "Sign up") -> None:
        await self.goes_to("/messages/sign-up/")
        await self.fills_in(username=self.name, password=PASSWORD)
        await self.page.locator("main").get_by_role("button", name=button).click()
        await expect(self.page).to_have_url(re.compile(r"/messages/$"))

    async def signs_in(self) -> None:
        await self.goes_to("/messages/sign-in/")
        await self.fills_in(username=self.name, password=PASSWORD)
        await self.page.locator("main").get_by_role("button", name="Sign in").click()
        await expect(self.page).to_have_url(re.compile(r"/messages/$"))

    async def writes_to(self, name: str, text: str, button: str = "Send") -> int:
        """Sends a message by name on the conversations page; returns the thread."""
        if not self.page.url.endswith("/messages/"):
            await self.goes_to("/messages/")
        await self.fills_in(recipient_name=name, message=text)
        await self.page.locator("main").get_by_role("button", name=button, exact=True).click()
        await expect(self.page).to_have_url(re.compile(r"/messages/chat/\d+/$"))
        await self.page.wait_for_load_state()  # its scripts run
        return int(self.page.url.split("/")[-2])

    async def opens_conversation(self, title: str) -> None:
        """Opens a chat, also one that is open already, and waits for the new pane."""
        await self.page.locator("#main").evaluate("(pane) => pane.classList.add('left')")
        await self.page.locator("[data-thread]", has_text=title).first.locator("a").click()
        await expect(self.page.locator("#main:not(.left) h1")).to_have_text(title)
        await self.page.wait_for_load_state()

    @property
    def box(self) -> Locator:
        return self.page.locator("#message")

    async def types(self, text: str) -> None:
        await self.box.fill(text)

    async def writes(self, text: str) -> None:
        await self.page.wait_for_load_state()
        await self.types(text)
        await self.box.press("Enter")

    async def scrolls(self, *, up: bool, until: int) -> None:
        """Scrolls in one direction until a message is reached."""
        messages = self.page.locator("#messages > .message")
        edge, end = (messages.first, -1e9) if up else (messages.last, 0)
        while (reached := await edge.get_attribute("data-seq")) != str(until):
            await self.page.locator("#log").evaluate("(log, end) => { log.scrollTop = end; }", end)
            await expect(edge).not_to_have_attribute("data-seq", str(reached))

    async def opens_menu_of(self, text: str) -> Locator:
        """Opens a message's menu with the right mouse button."""
        await self.message(text).locator(".message-text").click(button="right")  # above it may be a link
        menu = self.page.get_by_role("menu", name="Message actions")
        await expect(menu).to_be_visible()
        return menu

    async def chooses_of(self, text: str, action: str) -> None:
        """Chooses an action in a message's menu."""
        menu = await self.opens_menu_of(text)
        await menu.get_by_role("menuitem", name=action, exact=True).click()

    async def deletes(self, text: str) -> None:
        """Deletes a message and confirms it."""
        await self.chooses_of(text, "Delete")
        await self.page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()

    async def edits(self, text: str, new: str) -> None:
        """Edits an own message in the composer."""
        await self.chooses_of(text, "Edit")
        await self.writes(new)

    async def answers(self, text: str, answer: str) -> None:
        await self.chooses_of(text, "Reply")
        await self.writes(answer)

    async def reacts(self, text: str, emoji: str) -> None:
        """Sets a reaction from the menu, or takes it off."""
        menu = await self.opens_menu_of(text)
        await menu.get_by_role("menuitemcheckbox", name=emoji).click()

    async def mutes(self, how_long: str) -> None:
        """Mutes the open chat."""
        await self.page.locator("[popovertarget=more]").click()
        await self.page.locator("#mute").get_by_role("button", name=how_long).click()
        await expect(self.page.locator("#unmute")).not_to_have_attribute("hidden", "")

    async def loses_the_connection(self) -> None:
        await self.page.context.set_offline(True)
        await self.page.evaluate("dispatchEvent(new Event('online'))")  # reconnects in vain
        await self.sees("Connection lost.")

    # -- what people see ----------------------------------------------------------------------------------------------

    @property
    def messages(self) -> Locator:
        return self.page.locator("#messages > .message .message-text")

    def message(self, text: str) -> Locator:
        """The message with this text, as it is shown."""
        said = self.page.locator(".message-text", has_text=re.compile(f"^{re.escape(text)}$"))
        return self.page.locator("#messages > .message", has=said)

    async def sees_messages(self, *texts: str) -> None:
        """Waits for exactly these messages, in this order."""
        await expect(self.messages).to_have_text(list(texts))

    async def hears(self, text: str) -> None:
        """Waits for a frame with this text on a socket that is opened from now on."""
        heard = asyncio.Event()

        def listen(frame: str | bytes) -> None:
            if text in str(frame):
                heard.set()

        self.page.on("websocket", lambda socket: socket.on("framereceived", listen))
        await asyncio.wait_for(heard.wait(), PATIENCE)

    async def sees(self, text: str) -> None:
        await expect(self.page.locator("body")).to_contain_text(text)

    async def sees_counts(self, text: str) -> None:
        await expect(self.page.locator("#counts")).to_have_text(text)

    async def sees_pending(self, count: int) -> None:
        await expect(self.page.locator(".message.pending")).to_have_count(count)

    async def sees_alert(self, text: str) -> None:
        await expect(self.page.get_by_role("alert").filter(has_text=text)).to_be_visible()

    async def sees_conversations(self, *titles: str) -> None:
        await expect(self.page.locator("[data-thread] .conversation-title")).to_have_text(list(titles))

    async def is_accessible(self) -> None:
        """axe finds no problem on the page as it is (WCAG 2.2 A and AA, and good practice)."""
        await self.page.evaluate(SETTLE)
        results = await Axe().run(self.page)
        assert results.violations_count == 0, f"{self.page.url}\n{results.generate_report()}"

    async def fits(self) -> None:
        """Nothing is wider than the screen."""
        wide = await self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], self.page.url

    def conversation(self, title: str) -> Locator:
        return self.page.locator("[data-thread]", has_text=title)


def form_token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found[1]
