"""Refused forms that would change a message: the reason, the typed text, and no effect."""

from typing import Any

import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.web.pages.changing import box, message, posts
from tests.web.pages.filling import fill

REFUSED = [
    ("edit/", {"seq": "1", "base": "0", "message": ""}, 400),
    ("edit/", {"seq": "1", "base": "0", "message": "x" * 10_001}, 413),
    ("edit/", {"seq": "1", "base": "0", "message": "a\0b"}, 400),
    ("edit/", {"seq": "1", "base": "-1", "message": "typed"}, 400),
    ("edit/", {"seq": "1", "base": "x", "message": "typed"}, 400),
    ("edit/", {"seq": "1", "message": "typed"}, 400),
    ("edit/", {"seq": "-1", "base": "0", "message": "typed"}, 400),
    *(("edit/", {"seq": seq, "base": "0", "message": "typed"}, 400) for seq in ("1.5", "+1", " 1", "１", "1e0", "")),
    *(("edit/", {"seq": "1", "base": base, "message": "typed"}, 400) for base in ("1.5", "+0", "", "0x0")),
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
    *(
        ("react/", {"seq": "1", "emoji": emoji, "on": "yes"}, 400)
        for emoji in ("❤", "❤\ufe0e", "👍\ufe0f", "👍🏽", "🇩🇪")
    ),
    ("react/", {"seq": "1", "emoji": "👍" * 100, "on": "yes"}, 400),
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
async def test_a_refused_form_gives_the_reason_keeps_the_typed_text_and_does_nothing(
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


async def test_a_refused_form_shows_the_chat_around_its_message(ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, "number 1")
    fill(config, thread, ben, 300)
    for form, fields in (
        ("edit/", {"seq": "1", "base": "0", "message": ""}),
        ("react/", {"seq": "1", "emoji": "a", "on": "yes"}),
        ("", {"reply": "1", "message": ""}),
    ):
        page = (await posts(ana, thread, form, **fields)).text
        assert ('data-seq="1"' in page, 'data-seq="300"' in page) == (True, False), form
    assert 'data-seq="200"' in (await posts(ana, thread, "delete/", seq="200")).text  # of Ben


async def test_a_repeated_form_is_recognized_before_its_reply_is_checked(
    ana: Person, ben: Person, config: Config
) -> None:
    thread = await ana.writes_to(ben, "one")
    again = {"client_id": "00000000-0000-4000-8000-000000000000", "message": "two"}
    assert (await posts(ben, thread, "", reply="1", **again)).status == 303
    execute(str(config.database_url), f"insert into blocks (blocker_id, blocked_id) values ({ana.id}, {ben.id})")
    for reply in ("1", "99", ""):
        assert (await posts(ben, thread, "", reply=reply, **again)).status == 303
    refused = await posts(ben, thread, "", reply="1", **again | {"message": ""})
    assert (refused.status, refused.field("reply")) == (400, "1")
    assert (await message(ana, thread, 2))["reply"] == 1


def tables(url: str) -> list[Any]:
    names = ("messages", "changed_messages", "thread_changes", "reactions")
    return [execute(url, f"select * from {name} order by 1, 2") for name in names]
