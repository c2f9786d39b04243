"""What is shown with a message: the names of those who reacted, and a quote of its original."""

from datetime import UTC, datetime
from typing import Any

from chatserver.conversations.messages import Message
from chatserver.conversations.states import Reaction, State
from chatserver.conversations.threads import Person
from chatserver.web.rendering.shown_messages import ShownMessage, shown_messages

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ANA, BEN = 1, 2
PEOPLE = [Person(ANA, "Ana", None, False, 0, shows_online=True, blocked=False, deleted=False),
          Person(BEN, "", None, False, 0, shows_online=True, blocked=False, deleted=True)]  # fmt: skip


def message(seq: int, text: str = "text", **more: Any) -> Message:
    return Message(7, seq, "id", BEN, "Ben", None, text, NOON)._replace(**more)


def liked(*reactions: Reaction, counts_only: bool = False) -> Message:
    return message(1, state=State(7, 1, 1, "text", None, None, None, reactions, counts_only, read_seq=5))


def shown(*messages: Message, quoted: tuple[Message, ...] = ()) -> ShownMessage:
    found = shown_messages(messages, quoted, PEOPLE, ANA)[-1]
    assert isinstance(found, ShownMessage)
    return found


def test_an_unchanged_message_is_shown_as_it_is() -> None:
    messages = [message(1), message(2)]
    assert shown_messages(messages, (), PEOPLE, ANA) is messages


def test_a_chip_names_those_who_reacted_the_oldest_first() -> None:
    (chip,) = shown(liked(Reaction("👍", 3, (BEN, ANA, 9), mine=True))).chips
    assert (chip.label, chip.people, chip.is_mine) == ("👍: Deleted person, you, a former member", "2 1 9", True)


def test_a_chip_names_the_first_ten_of_many_people() -> None:
    (chip,) = shown(liked(Reaction("👍", 12, tuple(range(1, 13)), mine=True))).chips
    assert chip.label.endswith(", a former member +2")
    assert chip.label.count(", ") == 9


def test_a_chip_in_a_large_group_shows_a_count() -> None:
    (chip,) = shown(liked(Reaction("👍", 60, (ANA,), mine=False), counts_only=True)).chips
    assert (chip.label, chip.people, chip.number) == ("👍 60", "", 60)


def test_two_readers_of_one_state_share_its_fragment() -> None:
    once = liked(Reaction("👍", 1, (BEN,), mine=False))
    assert once.state is not None
    other = once._replace(state=once.state._replace(read_seq=0, unread=3))
    assert shown(once) == shown(other)


def test_a_quote_is_the_beginning_of_the_original_without_formatting_marks() -> None:
    quote = shown(message(1, "**" + "x" * 200 + "**"), message(2, reply=1)).quote
    assert quote is not None
    assert (quote.seq, quote.sender_name, quote.text, quote.is_deleted) == (1, "Ben", "x" * 120, False)


def test_an_original_may_be_on_another_page() -> None:
    quote = shown(message(9, reply=1), quoted=(message(1, ""),)).quote
    assert quote is not None
    assert (quote.text, quote.is_deleted) == ("", True)


def test_a_reply_to_a_message_that_the_viewer_may_not_see_has_no_quote() -> None:
    assert shown(message(9, reply=1)).quote is None
