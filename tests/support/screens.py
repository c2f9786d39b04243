"""A screen that follows the protocol (`docs/protocol.md`): what it shows, and which promises were broken."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Frame = dict[str, Any]
Reactions = tuple[tuple[str, tuple[int, ...] | int], ...]  # the users who reacted, or in large threads their number


class State(NamedTuple):
    """A message as a screen shows it, without times. `change` is its last change, 0 for none."""

    change: int
    text: str
    edited: bool = False
    deleted: bool = False
    reactions: Reactions = ()


class SeenNote(NamedTuple):
    """A note as a screen shows it, behind the message `after`."""

    change: int
    after: int
    kind: str
    by: int | None
    people: tuple[int, ...]
    value: str | None


class Described(NamedTuple):
    """What a screen knows of a group, as of its note `as_of`; `people` and `owners` are ids."""

    as_of: int
    title: str | None
    history: str
    people: frozenset[int]
    owners: frozenset[int]


def note_of(said: Frame) -> SeenNote:
    """The note that a frame tells, or an entry of the history."""
    by = said["by"] and said["by"]["id"]
    people = tuple(person["id"] for person in said["people"])
    return SeenNote(said["change"], said["after"], said["kind"], by, people, said.get("value"))


def state_of(said: Frame) -> State:
    """Returns the state in a `message` or `changed` frame, or an entry of the history."""
    if "deleted" in said:
        return State(said.get("change", 0), "", deleted=True)
    reactions = tuple(
        (emoji, people if isinstance(people, int) else tuple(people))
        for emoji, people in said.get("reactions", {}).items()
    )
    return State(said.get("change", 0), said["text"], edited=bool(said.get("edited")), reactions=reactions)


@dataclass
class View:
    """One thread on one screen."""

    ids: dict[int, str] = field(default_factory=dict)  # by number, as all dictionaries here
    states: dict[int, State] = field(default_factory=dict)
    notes: dict[int, SeenNote] = field(default_factory=dict)  # by change
    last: int = 0  # all messages up to this number are shown
    change: int = 0  # what `open` may name: all changes up to this number are shown
    last_change: int = 0  # the last change received for an open thread
    is_open: bool = False
    must_load: bool = False  # after `reset`

    def goes_on(self) -> None:
        """Advances `last` up to the first gap."""
        while self.last + 1 in self.ids:
            self.last += 1


class Screen:
    """The views of one browser. Frames that break a promise are listed in `breaches`, and not shown."""

    def __init__(self) -> None:
        self.views: defaultdict[int, View] = defaultdict(View)
        self.groups: dict[int, Described] = {}  # of which the list has a row
        self.breaches: list[str] = []

    def load(self, thread: int, last: int, first: int, change: int, entries: Iterable[Frame]) -> None:
        """Shows a page of history, with the numbers that came with it, before the thread is opened."""
        view = self.views[thread] = View(last=max(last, first - 1), change=change)
        for entry in entries:
            if entry["type"] == "note":
                view.notes[entry["change"]] = note_of(entry)
            else:
                self._take(view, entry)

    def asks_to_open(self, thread: int) -> Frame:
        """Returns the frame that opens a thread after the last message and change of the view."""
        view = self.views[thread]
        view.is_open = False
        return {"type": "open", "thread": thread, "after": view.last, "change": view.change}

    def disconnects(self) -> None:
        """Marks all threads as closed."""
        for view in self.views.values():
            view.is_open = False

    def show(self, frame: Frame) -> None:
        """Shows the content of a frame."""
        view = self.views[frame.get("thread", 0)]
        match frame["type"]:
            case "message":
                self._show_message(view, frame)
            case "changed":
                self._show_changed(view, frame)
            case "note":
                self._show_note(view, frame)
            case "thread":
                self._describe(frame["thread"], frame, frame["change"])
            case "removed":
                self.groups.pop(frame["thread"], None)
                self.views[frame["thread"]] = View()
            case "opened":
                self._begin(view, frame)
                if frame["history"] is not None:  # a group
                    self._describe(frame["thread"], frame, frame["as_of"])
            case "reset":
                view.is_open, view.must_load = False, True
            case "error" if frame["code"] == "no_such_thread":
                self.views[frame["thread"]] = View()

    def _begin(self, view: View, opened: Frame) -> None:
        view.last = max(view.last, opened.get("from", 1) - 1)  # this user may not see earlier messages
        view.goes_on()
        self._expect(opened["last"] == view.last, f"opened at {opened['last']} with messages up to {view.last}")
        view.change = view.last_change = max(view.change, opened.get("change", 0))
        view.is_open = True

    def _show_message(self, view: View, frame: Frame) -> None:
        seq = frame["seq"]
        if view.is_open and seq != view.last + 1:
            kind = "doubled" if seq <= view.last else "reordered"
            self.breaches.append(f"{kind}: message {seq} came after {view.last}")
            return
        self._take(view, frame)
        view.goes_on()

    def _show_changed(self, view: View, frame: Frame) -> None:
        seq, change = frame["seq"], frame["change"]
        if view.is_open:
            self._expect(seq in view.states, f"change {change} came before its message {seq}")
            self._expect(change > view.last_change, f"change {change} came after {view.last_change}")
            view.change = view.last_change = change
        if seq in view.states:
            self._take(view, frame)

    def _show_note(self, view: View, frame: Frame) -> None:
        note = note_of(frame)
        if view.is_open:
            self._expect(note.after <= view.last, f"note {note.change} came before message {note.after}")
            self._expect(note.change > view.last_change, f"note {note.change} came after {view.last_change}")
            view.change = view.last_change = note.change
        self._expect(view.notes.get(note.change, note) == note, f"note {note.change} was {view.notes.get(note.change)}")
        view.notes[note.change] = note

    def _describe(self, thread: int, frame: Frame, as_of: int) -> None:
        """The highest number holds."""
        if thread not in self.groups or self.groups[thread].as_of <= as_of:
            people = frozenset(person["id"] for person in frame["people"])
            owners = frozenset(person["id"] for person in frame["people"] if person["owner"])
            self.groups[thread] = Described(as_of, frame["title"], frame["history"], people, owners)

    def _take(self, view: View, said: Frame) -> None:
        """The state with the highest change wins, wherever it comes from."""
        seq, state = said["seq"], state_of(said)
        view.ids.setdefault(seq, said.get("id", ""))
        if seq not in view.states or state.change >= view.states[seq].change:
            view.states[seq] = state

    def _expect(self, holds: bool, breach: str) -> None:
        if not holds:
            self.breaches.append(breach)
