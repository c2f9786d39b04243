"""A simple model of a group: who is in it, who owns it, and the notes of what has happened."""

from typing import NamedTuple

from tests.support.screens import Described, SeenNote


class Act(NamedTuple):
    """What `by` does in the group: to a `person`, or with its title or history as `value`."""

    by: int  # as everywhere here the id of a user
    kind: str  # as of notes: added, removed, owner, member, titled or history
    person: int
    value: str


class GroupModel:
    """Its people are in the order of joining, each with the first note that they may see."""

    def __init__(self, people: list[int]) -> None:
        self.first_note = dict.fromkeys(sorted(people), 0)
        self.owners = {people[0]}
        self.title: str | None = None
        self.history = "all"
        self.as_of = 1
        self.notes = [SeenNote(1, 0, "created", None, tuple(people), None)]

    def answer(self, act: Act) -> str:
        """What the server answers: the code of a refusal, `done` or `changed`."""
        is_in, owns = act.person in self.first_note, act.person in self.owners
        if act.by not in self.first_note:
            return "no_such_thread"
        if act.by not in self.owners and (act.kind, act.person) != ("removed", act.by):
            return "not_an_owner"
        changes = {
            "added": not is_in,
            "removed": is_in,
            "owner": is_in and not owns,
            "member": owns and len(self.owners) > 1,
            "titled": self.title != act.value,
            "history": self.history != act.value,
        }
        return "changed" if changes[act.kind] else "done"

    def apply(self, act: Act, change: int, last: int) -> int:
        """Makes an act true that was answered `changed`, behind message `last`; returns the last number it took."""
        kind = "left" if (act.kind, act.person) == ("removed", act.by) else act.kind
        is_about_somebody = act.kind not in {"titled", "history"}
        people, value = ((act.person,), None) if is_about_somebody else ((), act.value)
        self.notes.append(SeenNote(change, last, kind, act.by, people, value))
        match act.kind:
            case "added":
                self.first_note[act.person] = 0 if self.history == "all" else change
            case "removed":
                del self.first_note[act.person]
                self.owners.discard(act.person)
            case "owner":
                self.owners.add(act.person)
            case "member":
                self.owners.remove(act.person)
            case "titled":
                self.title = act.value
            case "history":
                self.history = act.value
        if not self.owners:
            heir = next(iter(self.first_note))
            self.owners.add(heir)
            change += 1
            self.notes.append(SeenNote(change, last, "owner", None, (heir,), None))
        self.as_of = change
        return change

    def seen_by(self, person: int) -> list[SeenNote]:
        """The notes that a screen of somebody in it must show."""
        return [note for note in self.notes if note.change >= self.first_note[person]]

    def described(self) -> Described:
        """What every screen of its people must know of it."""
        return Described(self.as_of, self.title, self.history, frozenset(self.first_note), frozenset(self.owners))
