"""What a page shows of a message besides itself: a quote of the message that it answers, and its reactions.

Fragments are cached by value, so all of it is in one tuple, as the viewer sees it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chatserver.conversations.messages import Message
from chatserver.conversations.states import Reaction, State
from chatserver.conversations.threads import Person
from chatserver.i18n import gettext as _
from chatserver.web.rendering.files import summary
from chatserver.web.rendering.formatting import plain

NAMED = 10  # people in the label of a chip
QUOTED = 120  # characters of a quote
LOOKED_AT = 300  # characters of the original, with the signs of its formatting


class Quote(NamedTuple):
    """The beginning of a message that another one answers, as it is now."""

    seq: int
    sender_name: str
    text: str
    is_deleted: bool


class Chip(NamedTuple):
    """A reaction; `people` are ids, '' where only their number is known. The label is in the viewer's language."""

    emoji: str
    number: int
    people: str
    is_mine: bool
    label: str


class ShownMessage(NamedTuple):
    """A message with what is shown beside it. A reply without a quote answers one that the viewer may not see."""

    message: Message
    quote: Quote | None
    chips: tuple[Chip, ...]


def shown_messages(
    messages: Sequence[Message], quoted: Sequence[Message], people: Sequence[Person], me_id: int
) -> Sequence[Message | ShownMessage]:
    """Returns what to draw: a message without reply and reactions is itself, as most are.

    `quoted` are the originals that are not among the messages; `people` are those of the thread, for their names.
    """
    if not any(message.reply or message.state for message in messages):
        return messages
    originals = {message.seq: message for message in (*quoted, *messages)}
    names = {person.id: person.full_name or person.name or _("Deleted person") for person in people}
    names[me_id] = _("you")
    return [_shown(message, originals, names) for message in messages]


def _shown(message: Message, originals: Mapping[int, Message], names: Mapping[int, str]) -> Message | ShownMessage:
    original = originals.get(message.reply or 0)
    quote = _quote(original) if original and not message.deleted else None
    if message.state is None:
        return ShownMessage(message, quote, ()) if message.reply else message
    state = message.state._replace(last_seq=0, read_seq=0, unread=0)  # the reader's, and not shown
    chips = tuple(_chip(reaction, state, names) for reaction in state.reactions)
    return ShownMessage(message._replace(state=state), quote, chips)


def _quote(original: Message) -> Quote:
    text = plain(original.text[:LOOKED_AT])[:QUOTED] or summary(original.files)[:QUOTED]
    return Quote(original.seq, original.sender_full_name or original.sender_name, text, original.deleted is not None)


def _chip(reaction: Reaction, state: State, names: Mapping[int, str]) -> Chip:
    emoji, number, people, is_mine = reaction
    if state.counts_only:
        return Chip(emoji, number, "", is_mine, f"{emoji} {number}")
    named = ", ".join(names.get(person, _("a former member")) for person in people[:NAMED])
    more = f" +{number - NAMED}" if number > NAMED else ""
    label = _("%(emoji)s: %(names)s") % {"emoji": emoji, "names": named + more}
    return Chip(emoji, number, " ".join(map(str, people)), is_mine, label)
