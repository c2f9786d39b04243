"""Reactions: an emoji below a message, added or removed."""

from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.changes import NewChange
from chatserver.validation import UNSTORABLE

LONGEST = 64  # code points: nothing that REACTIONS ever listed is longer


def reaction(config: Config, request: ThreadRequest, seq: int, emoji: str, *, on: bool) -> NewChange:
    """Returns the change that sets or removes the user's reaction with an emoji.

    An emoji that cannot be stored becomes '', which is never listed: it is refused in the usual order of checks.
    """
    fits = len(emoji) <= LONGEST and not UNSTORABLE.search(emoji)
    kind = "react" if on else "unreact"
    return NewChange(request, seq, kind, emoji=emoji if fits else "", listed=emoji in config.reactions)
