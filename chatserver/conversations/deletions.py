"""Deletions: a message goes from everybody's screen; its number, sender and time stay."""

from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import NewChange


def deletion(request: ThreadRequest, seq: int) -> NewChange:
    """Returns the wish that message `seq` be deleted: the user's own, or anybody's in a group that the user owns."""
    return NewChange(request, seq, "delete")
