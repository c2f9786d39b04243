"""A form that would change a message and is refused: why, with what was typed, and nothing is done."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.web.pages.changing import box, posts

REFUSED = [
    ("edit/", {"seq": "1", "base": "0", "message": ""}, 400),
    ("edit/", {"seq": "1", "base": "0", "message": "x" * 10_001}, 413),
    ("edit/", {"seq": "1", "base": "0", "message": "a\0b"}, 400),
    ("edit/", {"seq": "1", "base": "-1", "message": "typed"}, 400),
    ("edit/", {"seq": "1", "base": "x", "message": "typed"}, 400),
    ("edit/", {"seq": "1", "message": "typed"}, 400),
    ("edit/", {"seq": "-1", "base": "0", "message": "typed"}, 400),
    ("edit/", {"seq": "1.5", "base": "0", "message": "typed"}, 400),
    ("edit/", {"base": "0", "message": "typed"}, 400),
    ("edit/", {"seq": "0", "base": "0", "message": "typed"}, 404),
    ("edit/", {"seq": "99", "base": "0", "message": "typed"}, 404),
    ("edit/", {"seq": "9" * 400, "base": "0", "message": "typed"}, 404),
    ("edit/", {"seq": "2", "base": "0", "message": "typed"}, 404),
    ("edit/", {"seq": "3", "base": "0", "message": "typed"}, 403),
    ("edit/", {"seq": "4", "base": "0", "message": "typed"}, 404),
    ("delete/", {"seq": "x"}, 400),
    ("delete/", {}, 400),
    ("delete/", {"seq": "2"}, 404),
    ("delete/", {"seq": "0"}, 404),
    ("delete/", {"seq": "9007199254740992"}, 404),
    ("react/", {"seq": "1", "emoji": "👍", "on": "on"}, 400),
    ("react/", {"seq": "1", "emoji": "👍"}, 400),
    ("react/", {"seq": "1", "emoji": "a", "on": "yes"}, 400),
    ("react/", {"seq": "1", "emoji": "❤", "on": "yes"}, 400),
    ("react/", {"seq": "1", "emoji": "👍🏽", "on": "yes"}, 400),
    ("react/", {"seq": "1", "emoji": "x" * 100, "on": "yes"}, 400),
    ("react/", {"seq": "1", "on": "yes"}, 400),
    ("react/", {"seq": "4", "emoji": "👍", "on": "yes"}, 404),
    ("react/", {"seq": "99", "emoji": "👍", "on": "no"}, 404),
    ("", {"reply": "x", "message": "typed"}, 400),
    ("", {"reply": "1.5", "message": "typed"}, 400),
    ("", {"reply": "99", "message": "typed"}, 404),
    ("", {"reply": "0", "message": "typed"}, 404),
    ("", {"reply": "-1", "message": "typed"}, 404),
    ("", {"reply": "1", "message": ""}, 400),
]


@pytest.mark.parametrize(("form", "fields", "status"), REFUSED)
async def test_a_refused_form_says_why_keeps_what_was_typed_and_does_nothing(
    ana: Person, ben: Person, config: Config, form: str, fields: dict[str, str], status: int
) -> None:
    url = str(config.database_url)
    thread = await ana.writes_to(ben, "one")
    await ben.writes_to(ana, "of Ben")
    for text in ("too old", "deleted"):
        await ana.writes_to(ben, text)
    execute(url, "update messages set sent_at = now() - interval '3 days' where seq = 3")
    await posts(ana, thread, "delete/", seq="4")
    before = tables(url)
    sent = fields if form else fields | {"client_id": "00000000-0000-4000-8000-000000000000"}
    refused = await posts(ana, thread, form, **sent)
    assert refused.status == status
    assert refused.alert
    if "message" in fields:
        assert box(refused) == fields["message"].replace("\0", "&#0;") or "\0" in fields["message"]
    if fields.get("reply") == "1":
        assert refused.field("reply") == "1"
    assert tables(url) == before


def tables(url: str) -> list[Any]:
    names = ("messages", "changed_messages", "thread_changes", "reactions")
    return [execute(url, f"select * from {name} order by 1, 2") for name in names]
