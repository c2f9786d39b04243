"""A simple model of what is stored: messages and their changes."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from chatserver.config.settings import Config
from tests.realtime.model_of_group import GroupModel
from tests.support.screens import State

EMOJI = Config().reactions  # in the order in which pages show them


@dataclass
class Said:
    """A message with all its states so far; the last one is the present state."""

    id: str
    sender: int
    text: str
    states: list[State]
    text_change: int = 0

    @property
    def state(self) -> State:
        return self.states[-1]


class ChangeRequest(NamedTuple):
    """A change that a person requests: `kind` is edit, delete, react or unreact."""

    person: int  # a user id, as everywhere in this module
    kind: str
    seq: int
    text: str = ""
    base: int = 0
    emoji: str = ""


class Model:
    """The threads, with the first message that each member may see and how far each has read."""

    def __init__(self, pairs: dict[int, set[int]], group: int, people: list[int]) -> None:
        """The first of the `people` owns the group, which the terminal has made."""
        self.group, self.group_id = GroupModel(people), group
        self.said: dict[int, list[Said]] = {thread: [] for thread in (*pairs, group)}
        self.last_change = {**dict.fromkeys(pairs, 0), group: 1}
        self.first = {thread: dict.fromkeys(members, 1) for thread, members in pairs.items()}
        self.first[group] = dict.fromkeys(people, 1)
        self.read: defaultdict[tuple[int, int], int] = defaultdict(int)

    def send(self, thread: int, person: int, id: str, text: str) -> int:
        """Returns the number of the message. The sender has read it if they had read everything before it."""
        said = self.said[thread]
        said.append(Said(id, person, text, [State(0, text)]))
        if self.read[thread, person] == len(said) - 1:
            self.read[thread, person] += 1
        return len(said)

    def answer(self, thread: int, request: ChangeRequest) -> str:
        """Returns what the server answers: the code of a refusal, `done` or `changed`."""
        first = self.first[thread].get(request.person)
        if first is None:
            return "no_such_thread"
        if not first <= request.seq <= len(self.said[thread]):
            return "no_such_message"
        said = self.said[thread][request.seq - 1]
        owns = thread == self.group_id and request.person in self.group.owners
        if said.sender != request.person and (request.kind == "edit" or (request.kind == "delete" and not owns)):
            return "no_such_message"
        if said.state.deleted:
            return "done" if request.kind == "delete" else "no_such_message"
        if self._as_requested(said, request) == said.state:
            return "done"
        return "changed_meanwhile" if request.kind == "edit" and said.text_change > request.base else "changed"

    def apply(self, thread: int, request: ChangeRequest, change: int) -> None:
        """Applies a request that was answered `changed`."""
        said = self.said[thread][request.seq - 1]
        said.states.append(self._as_requested(said, request)._replace(change=change))
        if request.kind in {"edit", "delete"}:
            said.text_change = change
        self.last_change[thread] = max(self.last_change[thread], change)

    @staticmethod
    def _as_requested(said: Said, request: ChangeRequest) -> State:
        before = said.state
        if request.kind == "delete":
            return State(before.change, "", deleted=True)
        if request.kind == "edit":
            return before if before.text == request.text else before._replace(text=request.text, edited=True)
        reactions = dict(before.reactions)
        people = reactions.pop(request.emoji, ())
        assert isinstance(people, tuple)
        if request.kind == "unreact":
            people = tuple(person for person in people if person != request.person)
        elif request.person not in people:
            people = (*people, request.person)
        if people:
            reactions[request.emoji] = people
        return before._replace(reactions=tuple(sorted(reactions.items(), key=lambda one: EMOJI.index(one[0]))))

    def seen_by(self, thread: int, person: int) -> dict[int, State]:
        """Returns what a member's screen must show, by number."""
        first = self.first[thread][person]
        return {seq: said.state for seq, said in enumerate(self.said[thread], 1) if seq >= first}

    def unread(self, thread: int, person: int) -> int:
        """Counts others' messages after the read marker, without deleted ones."""
        behind = self.said[thread][self.read[thread, person] :]
        return sum(said.sender != person and not said.state.deleted for said in behind)
