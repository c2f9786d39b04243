"""A simple model of what is stored: what was said, and what has become of it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from chatserver.config.settings import Config
from tests.support.screens import State

EMOJI = Config().reactions  # in the order in which they are listed


@dataclass
class Said:
    """A message in all its states so far, of which the last is the present one."""

    id: str
    sender: int
    text: str
    states: list[State]
    text_change: int = 0

    @property
    def state(self) -> State:
        return self.states[-1]


class Wish(NamedTuple):
    """What a person wants changed: `kind` is edit, delete, react or unreact."""

    person: int  # as everywhere here the id of a user
    kind: str
    seq: int
    text: str = ""
    base: int = 0
    emoji: str = ""


class Model:
    """The threads, their members with the first number that each may see, and how far each has read."""

    def __init__(self, members: dict[int, set[int]]) -> None:
        self.said: dict[int, list[Said]] = {thread: [] for thread in members}
        self.last_change = dict.fromkeys(members, 0)
        self.first = {thread: dict.fromkeys(people, 1) for thread, people in members.items()}
        self.read: defaultdict[tuple[int, int], int] = defaultdict(int)

    def send(self, thread: int, person: int, id: str, text: str) -> int:
        """Returns the number of the message. One's own message is read if all before it was."""
        said = self.said[thread]
        said.append(Said(id, person, text, [State(0, text)]))
        if self.read[thread, person] == len(said) - 1:
            self.read[thread, person] += 1
        return len(said)

    def answer(self, thread: int, wish: Wish) -> str:
        """What the server answers: the code of a refusal, `done` or `changed`."""
        first = self.first[thread].get(wish.person)
        if first is None:
            return "no_such_thread"
        if not first <= wish.seq <= len(self.said[thread]):
            return "no_such_message"
        said = self.said[thread][wish.seq - 1]
        if wish.kind in {"edit", "delete"} and said.sender != wish.person:
            return "no_such_message"
        if said.state.deleted:
            return "done" if wish.kind == "delete" else "no_such_message"
        if self._as_wished(said, wish) == said.state:
            return "done"
        return "changed_meanwhile" if wish.kind == "edit" and said.text_change > wish.base else "changed"

    def apply(self, thread: int, wish: Wish, change: int) -> None:
        """Makes a wish true that was answered `changed`."""
        said = self.said[thread][wish.seq - 1]
        said.states.append(self._as_wished(said, wish)._replace(change=change))
        if wish.kind in {"edit", "delete"}:
            said.text_change = change
        self.last_change[thread] = max(self.last_change[thread], change)

    @staticmethod
    def _as_wished(said: Said, wish: Wish) -> State:
        before = said.state
        if wish.kind == "delete":
            return State(before.change, "", deleted=True)
        if wish.kind == "edit":
            return before if before.text == wish.text else before._replace(text=wish.text, edited=True)
        reactions = dict(before.reactions)
        people = reactions.pop(wish.emoji, ())
        assert isinstance(people, tuple)
        if wish.kind == "unreact":
            people = tuple(person for person in people if person != wish.person)
        elif wish.person not in people:
            people = (*people, wish.person)
        if people:
            reactions[wish.emoji] = people
        return before._replace(reactions=tuple(sorted(reactions.items(), key=lambda one: EMOJI.index(one[0]))))

    def seen_by(self, thread: int, person: int) -> dict[int, State]:
        """What a screen of a member must show, by number."""
        first = self.first[thread][person]
        return {seq: said.state for seq, said in enumerate(self.said[thread], 1) if seq >= first}

    def unread(self, thread: int, person: int) -> int:
        """What others have said behind the mark, and not deleted."""
        behind = self.said[thread][self.read[thread, person] :]
        return sum(said.sender != person and not said.state.deleted for said in behind)
