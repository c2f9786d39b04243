"""A screen that follows the protocol (`docs/protocol.md`): what it shows, and which promises it saw broken."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Frame = dict[str, Any]
Reactions = tuple[tuple[str, tuple[int, ...] | int], ...]  # who reacted, or in large threads how many


class State(NamedTuple):
    """A message as a screen shows it; of times only whether there are any. The highest `change` holds; 0: none yet."""

    change: int
    text: str
    edited: bool = False
    deleted: bool = False
    reactions: Reactions = ()


def state_of(said: Frame) -> State:
    """The state that a `message` or `changed` frame tells, or an entry of the history."""
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

    ids: dict[int, str] = field(default_factory=dict)  # by number, as all of this
    states: dict[int, State] = field(default_factory=dict)
    last: int = 0  # all messages up to this number are there
    change: int = 0  # what `open` may name: all changes up to this number are there
    told: int = 0  # the last change of an open thread
    is_open: bool = False
    must_load: bool = False  # after `reset`

    def goes_on(self) -> None:
        """Counts on from the last message, as far as there is no hole."""
        while self.last + 1 in self.ids:
            self.last += 1


class Screen:
    """The views of one browser. What breaks a promise is listed in `breaches`, and not shown."""

    def __init__(self) -> None:
        self.views: defaultdict[int, View] = defaultdict(View)
        self.breaches: list[str] = []

    def load(self, thread: int, last: int, first: int, change: int, entries: Iterable[Frame]) -> None:
        """Shows a page of history, with the numbers that came with it, before the thread is opened."""
        view = self.views[thread] = View(last=max(last, first - 1), change=change)
        for entry in entries:
            self._take(view, entry)

    def asks_to_open(self, thread: int) -> Frame:
        """The frame that opens a thread: from what the view has on, or all of it if there is nothing yet."""
        view = self.views[thread]
        view.is_open = False
        return {"type": "open", "thread": thread, "after": view.last, "change": view.change}

    def disconnects(self) -> None:
        """Nothing is open any more."""
        for view in self.views.values():
            view.is_open = False

    def show(self, frame: Frame) -> None:
        """Shows what a frame tells."""
        view = self.views[frame.get("thread", 0)]
        match frame["type"]:
            case "message":
                self._show_message(view, frame)
            case "changed":
                self._show_changed(view, frame)
            case "opened":
                self._begin(view, frame)
            case "reset":
                view.is_open, view.must_load = False, True
            case "error" if frame["code"] == "no_such_thread":
                self.views[frame["thread"]] = View()

    def _begin(self, view: View, opened: Frame) -> None:
        view.last = max(view.last, opened.get("from", 1) - 1)  # what came before is not this person's to see
        view.goes_on()
        self._expect(opened["last"] == view.last, f"opened at {opened['last']} with messages up to {view.last}")
        view.change = view.told = max(view.change, opened.get("change", 0))
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
            self._expect(change > view.told, f"change {change} came after {view.told}")
            view.change = view.told = change
        if seq in view.states:
            self._take(view, frame)

    def _take(self, view: View, said: Frame) -> None:
        """The highest change of a message holds, whatever tells it."""
        seq, state = said["seq"], state_of(said)
        view.ids.setdefault(seq, said.get("id", ""))
        if seq not in view.states or state.change >= view.states[seq].change:
            view.states[seq] = state

    def _expect(self, holds: bool, breach: str) -> None:
        if not holds:
            self.breaches.append(breach)
