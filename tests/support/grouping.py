"""Groups, as people make and change them by the forms of their pages."""

import re
from typing import Any
from uuid import uuid4

from tests.support.people import Answer, Person

JSON = {"Accept": "application/json"}


async def makes_group(person: Person, *names: str, **fields: str) -> Answer:
    """Sends the form for a new message with several names; `client_id` makes it the same form again."""
    form = {"recipient_name": ", ".join(names), "client_id": str(uuid4())} | fields
    return await person.post("/messages/group/", page="/messages/", **form)


async def group_of(person: Person, *names: str, **fields: str) -> int:
    """Makes a group of these people and returns its thread."""
    answer = await makes_group(person, *names, **fields)
    assert answer.status == 303, answer.alert
    return int(answer.location.split("/")[3])


async def changes_group(person: Person, group: int, **fields: str) -> Answer:
    """Sends a form of the group's page."""
    return await person.post(f"/messages/group/{group}/", page="/messages/", **fields)


async def about_group(person: Person, group: int) -> dict[str, Any]:
    """The group, as programs read it."""
    async with person.http.get(f"/messages/group/{group}/", headers=JSON) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json()
        return found


async def people_of(person: Person, group: int) -> dict[str, bool]:
    """The names in a group, and whether each owns it."""
    return {each["name"]: each["owner"] for each in (await about_group(person, group))["people"]}


async def notes_on_page(person: Person, group: int, query: str = "") -> list[str]:
    """The sentences of the notes that the chat's page shows."""
    page = await person.get(f"/messages/chat/{group}/{query}")
    notes = re.findall(r'<li class="note"[^>]* data-change.*?</li>', page.text, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub("<[^>]*>", "", note)).strip() for note in notes]
