"""Ana and Ben edit, delete, answer and react, and after each step every screen shows the same."""

import asyncio
from typing import NamedTuple

from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.people import PATIENCE

# A message as a line: what it quotes in brackets, its text, whether it was edited, who reacted how.
SHOWS = """() => {
  const { people, thread } = JSON.parse(document.getElementById('main').dataset.chat);
  const names = new Map(people.map(({ id, name }) => [String(id), name]));
  const text = (element, selector) => element.querySelector(selector)?.textContent ?? '';
  const line = (message) => {
    const quote = message.querySelector('.message-quote');
    const chips = Array.from(message.querySelectorAll('.chip'), ({ dataset: { emoji, people } }) =>
      `${emoji} ${people.split(' ').map((id) => names.get(id)).join(' and ')}`);
    return [
      quote ? `[${text(quote, '.quote-sender')}: ${text(quote, '.quote-text')}]` : '',
      message.matches('.deleted') ? '(deleted)' : text(message, '.message-text'),
      message.querySelector('.message-edited') ? '(edited)' : '',
      message.matches('.pending, .refused, .changing') ? '(waiting)' : '',
      ...chips,
    ].filter(Boolean).join(' ');
  };
  const row = document.querySelector(`[data-thread="${thread.id}"]`);
  return {
    messages: Array.from(document.querySelectorAll('#messages > .message'), line),
    preview: text(row, '.preview-text'),
    unread: text(row, '.badge:not([hidden])'),
    unseen: document.querySelectorAll('#messages > .own:not(.seen)').length,
  };
}"""


class Everybody(NamedTuple):
    """All screens that have the chat of Ana and Ben open."""

    screens: tuple[Screen, ...]

    async def sees(self, *messages: str, preview: str) -> None:
        """Every screen shows the same: these messages, this one in the list, and that everybody has read all."""
        expected: dict[str, object] = {"messages": list(messages), "preview": preview, "unread": "", "unseen": 0}
        for screen in self.screens:
            assert await _shown_in_the_end(screen, expected) == expected, screen.name

    async def reloads(self) -> None:
        for screen in self.screens:
            await screen.page.reload()


async def _shown_in_the_end(screen: Screen, expected: dict[str, object]) -> object:
    """What a screen shows, once it is what is expected, or patience has ended."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while (shown := await screen.page.evaluate(SHOWS)) != expected and asyncio.get_running_loop().time() < until:
        await screen.page.evaluate("new Promise(requestAnimationFrame)")
    return shown


async def test_ana_and_ben_change_what_they_said_and_every_screen_agrees(
    site: Site, ana: Screen, ben: Screen, person: Opens
) -> None:
    del site
    phone = await person("Ana", viewport={"width": 900, "height": 700})
    await phone.signs_in()
    await phone.goes_to(ana.page.url)
    everybody = Everybody((ana, phone, ben))
    await everybody.sees("Hello Ana", "What are you reading?", preview="What are you reading?")

    # They answer, correct themselves, and react.
    await ana.answers("What are you reading?", "A book about bees")
    await ben.edits("What are you reading?", "What are you **writing**?")
    await phone.reacts("Hello Ana", "👍")
    await ben.reacts("A book about bees", "❤️")
    await everybody.sees(
        "Hello Ana 👍 Ana",
        "What are you writing? (edited)",
        "[Ben: What are you writing?] A book about bees ❤️ Ben",
        preview="A book about bees",
    )

    # Ben is in a tunnel. He goes on, and so do Ana and her phone.
    await ben.loses_the_connection()
    await ana.edits("A book about bees", "A letter about bees")
    await phone.reacts("What are you writing?", "😂")
    await ben.edits("Hello Ana", "Hello dear Ana")
    await ben.reacts("A book about bees", "❤️")  # once more: he takes it off
    await ben.answers("A book about bees", "I can’t hear you")
    await ben.writes("said in the dark")
    await ben.deletes("said in the dark")
    away = Everybody((ana, phone))
    await away.sees(
        "Hello Ana 👍 Ana",
        "What are you writing? (edited) 😂 Ana",
        "[Ben: What are you writing?] A letter about bees (edited) ❤️ Ben",
        preview="A letter about bees",
    )
    assert await ben.messages.all_text_contents() == [
        "Hello dear Ana", "What are you writing?", "A book about bees", "I can’t hear you",
    ]  # fmt: skip
    await ben.page.context.set_offline(False)
    said = [
        "Hello dear Ana (edited) 👍 Ana",
        "What are you writing? (edited) 😂 Ana",
        "[Ben: What are you writing?] A letter about bees (edited)",
        "[Ana: A letter about bees] I can’t hear you",
    ]
    await everybody.sees(*said, preview="I can’t hear you")

    # Ana is on the way with her phone only, and Ben takes back what he said last.
    await ana.goes_to("/messages/")
    await phone.goes_to("/messages/")
    await ben.writes("Where are you?")
    for screen in (ana, phone):
        await expect(screen.conversation("Ben").locator(".badge")).to_have_text("1")
    await ben.deletes("Where are you?")
    for screen in (ana, phone):
        row = screen.conversation("Ben")
        await expect(row.locator(".preview-text")).to_have_text("Message deleted")
        await expect(row.locator(".badge")).to_be_hidden()
        await screen.opens_conversation("Ben")
    said.append("(deleted)")
    await everybody.sees(*said, preview="Message deleted")

    # What is answered goes: the answer stays, and says so.
    await ana.deletes("A letter about bees")
    said[2:4] = ["(deleted)", "[Ana: Message deleted] I can’t hear you"]
    await everybody.sees(*said, preview="Message deleted")
    await everybody.reloads()
    await everybody.sees(*said, preview="Message deleted")
