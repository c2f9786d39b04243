"""Which of several reasons for refusing a change wins, and when it is too late, by the server's clock."""

from dataclasses import replace
from datetime import UTC, datetime

from chatserver.config.settings import Config
from tests.support.changing import Changes, changing
from tests.support.database import change_message, execute
from tests.support.people import Person

MINUTE = 60
NOW = datetime.now(UTC)

# Ana's request about message 1 or the number that follows; the reasons against it; and the answer, which is the number
# of the change if it is stored or already done. Several reasons are checked in the order of docs/protocol.md.
TABLE = [
    ("edit", "removed below blocked late changed", "no_such_thread"),
    ("edit", "disabled below blocked late changed", "no_such_thread"),
    ("edit", "below blocked late changed", "no_such_message"),
    ("edit", "deleted blocked late", "no_such_message"),
    ("edit 0", "blocked", "no_such_message"),
    ("edit 2", "blocked late", "no_such_message"),
    ("edit 3", "blocked late", "no_such_message"),
    ("edit as it is", "blocked late changed", 1),
    ("edit", "blocked late changed", "accepts_no_messages"),
    ("edit", "left late changed", "accepts_no_messages"),
    ("edit", "late changed", "too_late"),
    ("edit", "changed", "changed_meanwhile"),
    ("edit", "reacted", 2),
    ("edit", "", 1),
    ("delete", "removed below blocked late", "no_such_thread"),
    ("delete", "below blocked late", "no_such_message"),
    ("delete 2", "late", "no_such_message"),
    ("delete 3", "late", "no_such_message"),
    ("delete", "deleted blocked late", 1),
    ("delete", "blocked late", "too_late"),
    ("delete", "blocked changed", 2),
    ("react", "removed deleted blocked", "no_such_thread"),
    ("react 🎈", "below blocked", "no_such_message"),
    ("react 🎈", "deleted blocked", "no_such_message"),
    ("react 🎈", "reacted blocked", 1),
    ("react 🎈", "blocked", "bad_reaction"),
    ("react ❤", "", "bad_reaction"),
    ("react \0", "", "bad_reaction"),
    ("react \ud800", "", "bad_reaction"),
    ("react 👍", "blocked", "accepts_no_messages"),
    ("react 👍", "late changed", 2),
    ("unreact 🎈", "removed", "no_such_thread"),
    ("unreact 🎈", "deleted", "no_such_message"),
    ("unreact 🎈", "reacted blocked late", 2),
    ("unreact 👍", "blocked", 0),
    ("unreact \0", "reacted", 1),
]

BACK_AGAIN = """
delete from changed_messages; delete from thread_changes; delete from reactions; delete from blocks;
update messages set text = 'first', flags = null, sent_at = now();
update users set disabled_at = null, deleted_at = null;
insert into participants (thread_id, user_id) select {thread}, unnest(array[{ana}, {ben}]) on conflict do nothing;
update participants set from_seq = 1;"""

AGAINST = {
    "removed": "delete from participants where user_id = {ana}",
    "disabled": "update users set disabled_at = now() where id = {ana}",
    "below": "update participants set from_seq = 2 where user_id = {ana}",
    "blocked": "insert into blocks (blocker_id, blocked_id) values ({ben}, {ana})",
    "left": "update users set deleted_at = now() where id = {ben}",
    "late": "update messages set sent_at = sent_at - interval '61 seconds'",
}


async def answer_to(ana: Person, thread: int, request: str, changes: Changes) -> int | str:
    match request.split(" "):
        case ["edit", "as", *_]:
            return await changes.edits(ana, thread, 1, "changed")
        case ["edit", *seq]:
            return await changes.edits(ana, thread, int(*seq or ["1"]), "edited")
        case ["delete", *seq]:
            return await changes.deletes(ana, thread, int(*seq or ["1"]))
        case [kind, *emoji]:
            return await changes.reacts(ana, thread, 1, *emoji or ["👍"], on=kind == "react")
    raise AssertionError(request)


async def test_the_first_of_several_reasons_for_refusal_is_returned(ana: Person, ben: Person, config: Config) -> None:
    url, thread = str(config.database_url), await ana.writes_to(ben)
    at_ben = await ben.socket()
    await at_ben.sends(thread, "Ben's")
    await at_ben.receives("sent")
    answers = []
    async with changing(replace(config, edit_window=MINUTE, delete_window=MINUTE)) as changes:
        for request, reasons, _ in TABLE:
            names = {"ana": ana.id, "ben": ben.id, "thread": thread}
            execute(url, BACK_AGAIN.format(**names))
            for reason in reasons.split():
                match reason:
                    case "changed":
                        change_message(url, thread, 1, text="changed", edited_at=NOW)
                    case "deleted":
                        change_message(url, thread, 1, deleted_at=NOW)
                    case "reacted":
                        change_message(url, thread, 1, reactions={"🎈": [ana.id]})
                    case _:
                        execute(url, AGAINST[reason].format(**names))
            answers.append((request, reasons, await answer_to(ana, thread, request, changes)))
    assert answers == TABLE


async def test_a_message_can_be_edited_within_the_edit_window(ana: Person, ben: Person, config: Config) -> None:
    url, thread = str(config.database_url), await ana.writes_to(ben)
    async with changing(replace(config, edit_window=MINUTE)) as changes:
        execute(url, "update messages set sent_at = now() - interval '55 seconds'")
        assert await changes.edits(ana, thread, 1, "in time") == 1
        execute(url, "update messages set sent_at = now() - interval '61 seconds'")
        assert await changes.edits(ana, thread, 1, "in time") == 1  # a repeat after a lost answer
        assert await changes.edits(ana, thread, 1, "too late", 1) == "too_late"
        assert await changes.deletes(ana, thread, 1) == 2
    async with changing(replace(config, edit_window=0)) as changes:
        other = await ben.writes_to(ana)
        execute(url, "update messages set sent_at = now() - interval '9 years'")
        assert await changes.edits(ben, other, 2, "years later") == 3


async def test_a_refused_change_stores_nothing(ana: Person, ben: Person, config: Config) -> None:
    url, thread = str(config.database_url), await ana.writes_to(ben)
    tables = ("messages", "changed_messages", "thread_changes", "reactions", "participants")
    before = [execute(url, f"select * from {table}") for table in tables]
    async with changing(config) as changes:
        assert await changes.edits(ben, thread, 1, "not mine") == "no_such_message"
        assert await changes.deletes(ben, thread, 1) == "no_such_message"
        assert await changes.reacts(ben, thread, 1, "x" * 100) == "bad_reaction"
        assert await changes.edits(ana, thread, 2**53 - 1, "beyond") == "no_such_message"
    assert [execute(url, f"select * from {table}") for table in tables] == before
