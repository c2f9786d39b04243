"""What an import did: counts, a list of what could not be taken over as it was, and how far it has come."""

import sys
from time import monotonic

EVERY = 2.0  # seconds between two lines of progress


class Report:
    """Counts, and prints the list and the progress on stderr. A list may be as long as the source: it is not kept.

    `people`, `threads` and `messages` are those of the source that belong here; `added` those of the messages that were
    not here before. `renamed` and `redated` count what this run changed, `broken` what could not be read.
    """

    def __init__(self) -> None:
        self.people = self.threads = self.messages = 0
        self.added = self.renamed = self.redated = self.broken = 0
        self._told_at = monotonic()

    def counts(self) -> dict[str, int]:
        """Returns what the command prints."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def list(self, place: str, what: str) -> None:
        """Lists what became of something; never quotes a message."""
        print(f"{place}: {what}", file=sys.stderr)

    def list_broken(self, place: str, why: str) -> None:
        """Counts and lists what is left out, since it cannot be read."""
        self.broken += 1
        self.list(place, f"broken, left out: {why}")

    def progress(self, what: str) -> None:
        """Says how far the import has come, unless that was said a moment ago."""
        if monotonic() - self._told_at >= EVERY:
            print(f"… {what}", file=sys.stderr, flush=True)
            self._told_at = monotonic()
