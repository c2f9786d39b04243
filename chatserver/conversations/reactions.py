"""Reactions: an emoji below a message, set or taken off."""

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import NewChange
from chatserver.validation import UNSTORABLE

LONGEST = 64  # code points: nothing that REACTIONS ever listed is longer


def reaction(config: Config, request: ThreadRequest, seq: int, emoji: str, *, on: bool) -> NewChange:
    """Returns the change that sets or removes the user's reaction with an emoji.

    What cannot be stored becomes '', which is listed nowhere, so that its refusal comes in the order of the others.
    """
    fits = len(emoji) <= LONGEST and not UNSTORABLE.search(emoji)
    kind = "react" if on else "unreact"
    return NewChange(request, seq, kind, emoji=emoji if fits else "", listed=emoji in config.reactions)
