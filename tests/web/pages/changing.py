"""The forms of the chat page that change a message, as people without scripts fill them in."""

import re
from typing import Any

from tests.support.people import Answer, Person


async def posts(person: Person, thread: int, form: str, **fields: str) -> Answer:
    """Sends a form of the chat, which stands on its page at the message if that may be seen."""
    chat = f"/messages/chat/{thread}/"
    return await person.post(f"{chat}{form}", page=chat, **fields)


async def message(person: Person, thread: int, seq: int = 1) -> dict[str, Any]:
    page = await person.json(f"/messages/chat/{thread}/history?after={seq - 1}&limit=1")
    return dict(page["messages"][0])


def box(page: Answer) -> str:
    """What stands in the box of the form."""
    found = re.search(r'<textarea id="message"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    assert found is not None
    return found[1]
