"""The chat page: its forms that change a message, as people without scripts fill them in, and its data."""

import json
import re
from html import unescape
from typing import Any

from tests.support.people import Answer, Person


async def posts(person: Person, thread: int, form: str, **fields: str) -> Answer:
    """Sends a form of the chat page, which is beside the message if the user may see it."""
    chat = f"/messages/chat/{thread}/"
    return await person.post(f"{chat}{form}", page=chat, **fields)


async def message(person: Person, thread: int, seq: int = 1) -> dict[str, Any]:
    page = await person.json(f"/messages/chat/{thread}/history?after={seq - 1}&limit=1")
    return dict(page["messages"][0])


async def data_of(person: Person, thread: int, query: str = "") -> dict[str, Any]:
    """What the scripts learn of a chat from its page."""
    page = (await person.get(f"/messages/chat/{thread}/{query}")).text
    found = re.search(r"data-chat='([^']*)'", page)
    assert found is not None
    data: dict[str, Any] = json.loads(unescape(found[1]))
    return data


def box(page: Answer) -> str:
    """Returns the text in the box of the form."""
    found = re.search(r'<textarea id="message"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return found[1]
