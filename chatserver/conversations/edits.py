"""Edits: a new text for the user's own message."""

from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import NewChange


def edit(request: ThreadRequest, seq: int, text: str, base: int) -> NewChange:
    """Returns the change that gives the user's message `seq` this text, which is clean.

    `base` is the highest change of the message that the editor saw, 0 for none.
    """
    return NewChange(request, seq, "edit", text=text, base=base)
