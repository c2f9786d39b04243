"""Editing, deleting, reacting and replying on pages without scripts."""

import pytest

from chatserver.config.settings import Config
from tests.support.commands import thread as make_thread
from tests.support.database import change_message, execute
from tests.support.people import Person
from tests.support.servers import Serve
from tests.web.pages.changing import box, message, posts


async def test_ana_edits_her_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "Hallo")
    chat = f"/messages/chat/{thread}/"
    assert f'href="{chat}?edit=1"' in (await ana.get(f"{chat}?at=1")).text
    assert f'href="{chat}?edit=1"' not in (await ben.get(f"{chat}?at=1")).text
    page = await ana.get(f"{chat}?edit=1")
    assert (page.status, box(page), page.field("seq"), page.field("base")) == (200, "Hallo", "1", "0")
    answer = await posts(ana, thread, "edit/", seq="1", base="0", message=" Hello\r\n")
    assert (answer.status, answer.location) == (303, f"{chat}?at=1")
    edited = await message(ben, thread)
    assert (edited["text"], edited["change"], "edited" in edited) == ("Hello", 1, True)
    assert (await ana.get(f"{chat}?edit=1")).field("base") == "1"


async def test_ana_deletes_her_message_after_a_confirmation(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "Hallo")
    chat = f"/messages/chat/{thread}/"
    page = (await ana.get(f"{chat}?at=1")).text
    assert "Delete this message for everyone?" in page
    assert f'action="{chat}delete/"' in page
    assert f'action="{chat}delete/"' not in (await ben.get(f"{chat}?at=1")).text
    for _ in range(2):  # a repeat changes nothing
        answer = await posts(ana, thread, "delete/", seq="1")
        assert (answer.status, answer.location) == (303, f"{chat}?at=1")
    deleted = await message(ben, thread)
    assert (deleted["text"], deleted["change"]) == ("", 1)
    assert 'data-unread="0"' in (await ben.get("/messages/")).text
    assert f'action="{chat}delete/"' not in (await ana.get(f"{chat}?at=1")).text


async def test_ben_reacts_and_removes_his_reaction(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben)
    chat = f"/messages/chat/{thread}/"
    page = (await ben.get(f"{chat}?at=1")).text
    assert [page.count(f'value="{emoji}"') for emoji in "👍😂😮😢🙏"] == [1] * 5
    assert "Remove reaction" not in page
    for on, reactions in (("yes", {"👍": [ben.id]}), ("yes", {"👍": [ben.id]}), ("no", None), ("no", None)):
        answer = await posts(ben, thread, "react/", seq="1", emoji="👍", on=on)
        assert (answer.status, answer.location) == (303, f"{chat}?at=1")
        assert (await message(ana, thread)).get("reactions") == reactions
        assert ("Remove reaction 👍" in (await ben.get(f"{chat}?at=1")).text) is (on == "yes")
        assert "Remove reaction" not in (await ana.get(f"{chat}?at=1")).text


async def test_ben_replies_to_a_message(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "Lunch?")
    chat = f"/messages/chat/{thread}/"
    assert f'href="{chat}?reply=1"' in (await ben.get(f"{chat}?at=1")).text
    page = await ben.get(f"{chat}?reply=1")
    assert (page.field("reply"), box(page)) == ("1", "")
    assert "Replying to <bdi>Ana</bdi>" in page.text
    answer = await posts(ben, thread, "", client_id=page.field("client_id"), reply="1", message="Yes")
    assert answer.status == 303
    assert ((await message(ana, thread, 2))["text"], (await message(ana, thread, 2))["reply"]) == ("Yes", 1)


async def test_a_deleted_message_can_be_replied_to_and_its_text_is_not_shown(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await ana.writes_to(ben, "a secret")
    await posts(ana, thread, "delete/", seq="1")
    page = await ben.get(f"/messages/chat/{thread}/?reply=1")
    assert page.field("reply") == "1"
    assert "secret" not in page.text


@pytest.mark.parametrize("query", ["edit=1", "edit=3", "edit=4", "edit=99", "edit=x", "edit=", "reply=99", "reply=0"])
async def test_a_link_to_edit_or_reply_to_a_forbidden_message_shows_the_plain_chat(
    ana: Person, ben: Person, database_url: str, query: str
) -> None:
    thread = await ana.writes_to(ben, "Ana's own")
    for text in ("fine", "too old", "deleted"):
        await ben.writes_to(ana, text)
    execute(database_url, "update messages set sent_at = now() - interval '3 days' where seq = 3")
    await posts(ben, thread, "delete/", seq="4")
    page = await ben.get(f"/messages/chat/{thread}/?{query}")
    assert (page.status, box(page)) == (200, "")
    assert "composer-about" not in page.text
    assert "autofocus data-seq" not in page.text


async def test_messages_before_the_first_visible_one_cannot_be_edited_or_replied_to(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await ana.writes_to(ben)
    await ana.writes_to(ben)
    execute(database_url, f"update participants set from_seq = 2 where user_id = {ana.id}")
    for query in ("edit=1", "reply=1"):
        assert "composer-about" not in (await ana.get(f"/messages/chat/{thread}/?{query}")).text
    assert (await posts(ana, thread, "delete/", seq="1")).status == 404


async def test_a_conflicting_edit_shows_both_texts(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "first")
    await posts(ana, thread, "edit/", seq="1", base="0", message="by <phone>")
    refused = await posts(ana, thread, "edit/", seq="1", base="0", message="by laptop & more")
    assert refused.status == 409
    assert refused.alert.startswith("This message was changed in the meantime.")
    assert (box(refused), refused.field("base"), refused.field("seq")) == ("by laptop &amp; more", "1", "1")
    assert "by &lt;phone&gt;" in refused.text.partition("The text now")[2].partition("<textarea")[0]
    assert (await message(ben, thread))["text"] == "by <phone>"
    answer = await posts(ana, thread, "edit/", seq="1", base=refused.field("base"), message="by laptop & more")
    assert answer.status == 303
    assert (await message(ben, thread))["text"] == "by laptop & more"
    again = await posts(ana, thread, "edit/", seq="1", base="0", message="by laptop & more")  # it has this text already
    assert again.status == 303


async def test_a_blocked_user_may_delete_and_remove_reactions_but_not_edit_or_react(ana: Person, ben: Person) -> None:
    thread = await ana.writes_to(ben, "one")
    await ben.writes_to(ana, "two")
    await posts(ana, thread, "react/", seq="2", emoji="👍", on="yes")
    token = (await ben.get("/messages/")).field("csrf_token")
    await ben.post_raw("/messages/block/", {"csrf_token": token, "user": str(ana.id), "next": "/messages/"})
    refused = await posts(ana, thread, "edit/", seq="1", base="0", message="still here")
    assert (refused.status, box(refused)) == (403, "still here")
    assert (await posts(ana, thread, "react/", seq="2", emoji="😂", on="yes")).status == 403
    assert (await posts(ana, thread, "react/", seq="2", emoji="👍", on="no")).status == 303
    assert (await posts(ana, thread, "delete/", seq="1")).status == 303


async def test_changes_count_as_messages_for_the_rate(serve: Serve) -> None:
    url = await serve(messages_burst=3, messages_per_second=0.01)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        assert (await posts(ana, thread, "edit/", seq="1", base="0", message="two")).status == 303
        assert (await posts(ana, thread, "react/", seq="1", emoji="👍", on="yes")).status == 303
        refused = await posts(ana, thread, "edit/", seq="1", base="1", message="kept")
        assert (refused.status, box(refused)) == (429, "kept")
        assert int(refused.headers["Retry-After"]) > 0
        assert (await posts(ana, thread, "delete/", seq="1")).status == 429


async def test_the_owner_of_a_group_deletes_a_members_message(
    ana: Person, ben: Person, cleo: Person, config: Config
) -> None:
    group = (await make_thread(config, "create", "Ana", "Ben", "Cleo"))["id"]
    socket = await ben.socket()
    await socket.sends(group)
    await socket.receives("sent")
    assert (await posts(cleo, group, "delete/", seq="1")).status == 404
    delete = f'action="/messages/chat/{group}/delete/"'
    shown = [delete in (await person.get(f"/messages/chat/{group}/?at=1")).text for person in (ana, ben, cleo)]
    assert shown == [True, True, False]
    assert (await posts(ana, group, "delete/", seq="1")).status == 303
    assert (await message(cleo, group))["by"] == {"id": ana.id, "name": "Ana"}


async def test_a_reaction_that_is_no_longer_offered_can_still_be_removed(
    ana: Person, ben: Person, database_url: str
) -> None:
    thread = await ana.writes_to(ben)
    change_message(database_url, thread, 1, reactions={"🎉": [ben.id]})
    assert "Remove reaction 🎉" in (await ben.get(f"/messages/chat/{thread}/?at=1")).text
    assert (await posts(ben, thread, "react/", seq="1", emoji="🎉", on="no")).status == 303
    assert (await posts(ben, thread, "react/", seq="1", emoji="🎉", on="yes")).status == 400
