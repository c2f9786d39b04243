"""A change that a user requests of a message, and the error when another change came first."""

from datetime import datetime
from typing import NamedTuple

from chatserver.conversations.access import ThreadRequest
from chatserver.errors import ChatError
from chatserver.frames import as_time


class NewChange(NamedTuple):
    """A change to store, made by `edits.edit`, `deletions.deletion` or `reactions.reaction`: `kind` says which.

    The store checks whether the user may make it. `base` is the highest change of the message that the editor saw, or
    0; `listed`: whether the site offers the emoji.
    """

    request: ThreadRequest  # by the user who makes the change
    seq: int
    kind: str  # edit, delete, react, unreact
    text: str = ""
    base: int = 0
    emoji: str = ""
    listed: bool = True


class ChangedMeanwhile(ChatError):
    """The text was changed since the editor saw it. `present` has the fields that show it as it is now."""

    def __init__(self, seq: int, text: str, edited_at: datetime | None, change: int) -> None:
        super().__init__("changed_meanwhile")
        edited = None if edited_at is None else as_time(edited_at)
        self.present = {"seq": seq, "text": text, "edited": edited, "change": change}
