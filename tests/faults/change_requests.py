"""The changes that talkers request: reactions, edits and deletions, each sent again until it is answered."""

import random
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid4

from tests.support.screens import View

EMOJI = ("👍", "❤️", "😂", "😮", "😢", "🙏")
RECENT = 20  # messages: only these are changed


class Habits(NamedTuple):
    """The probabilities that a talker changes something after an answer."""

    reacts: float = 0.15
    edits: float = 0.05
    deletes: float = 0.01


class ChangeRequest(NamedTuple):
    """A requested change of a message: `value` is a text or an emoji."""

    kind: str  # edit, delete, react, unreact
    thread: int
    seq: int
    value: str = ""
    base: int = 0
    id: str = ""

    def as_frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = {"type": self.kind, "thread": self.thread, "seq": self.seq, "id": self.id}
        match self.kind:
            case "edit":
                return frame | {"text": self.value, "base": self.base}
            case "delete":
                return frame
        return frame | {"type": "react", "emoji": self.value, "on": self.kind == "react"}


@dataclass
class ChangeRequests:
    """One talker's requests: one is open at a time; the granted ones are kept in order."""

    user_id: int
    habits: Habits = field(default_factory=Habits)
    open: ChangeRequest | None = None
    granted: list[ChangeRequest] = field(default_factory=list)
    own: dict[int, set[int]] = field(default_factory=dict)  # by thread: this talker's messages that are not deleted
    last: dict[int, int] = field(default_factory=dict)  # by thread: the highest acknowledged change
    _bases: dict[tuple[int, int], int] = field(default_factory=dict)

    def wrote(self, thread: int, seq: int) -> None:
        self.own.setdefault(thread, set()).add(seq)

    def begin(self, thread: int, view: View) -> None:
        """Requests a change of one of the newest messages of a view, or nothing."""
        recent = sorted(view.states)[-RECENT:]
        own = [seq for seq in recent if seq in self.own.get(thread, ())]
        kind = random.choices(("react", "edit", "delete", ""), (*self.habits, max(0, 1 - sum(self.habits))))[0]
        if kind == "react":
            alive = [seq for seq in recent if not view.states[seq].deleted]
            self._request(kind, thread, alive, random.choice(EMOJI), view)
        elif kind:
            self._request(kind, thread, own, f"edited {len(self.granted)}" if kind == "edit" else "", view)

    def _request(self, kind: str, thread: int, among: list[int], value: str, view: View) -> None:
        if not among:
            return
        seq = random.choice(among)
        state = view.states[seq]
        if kind == "react" and self.user_id in dict(state.reactions).get(value, ()):  # type: ignore[operator]
            kind = "unreact"
        base = max(state.change, self._bases.get((thread, seq), 0)) if kind == "edit" else 0
        self.open = ChangeRequest(kind, thread, seq, value, base, str(uuid4()))

    def grant(self, change: int) -> ChangeRequest:
        """Records that the open request was granted as the change with this number."""
        assert self.open is not None
        request, self.open = self.open, None
        self.granted.append(request)
        self.last[request.thread] = max(self.last.get(request.thread, 0), change)
        if request.kind == "edit":
            self._bases[request.thread, request.seq] = change
        elif request.kind == "delete":
            self.own[request.thread].discard(request.seq)
        return request

    def gave_up(self, code: str) -> bool:
        """Whether a refusal legitimately ends the open request: a reaction to a message that was deleted meanwhile."""
        assert self.open is not None
        if code != "no_such_message" or self.open.kind not in {"react", "unreact"}:
            return False
        self.open = None
        return True
