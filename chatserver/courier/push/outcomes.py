"""What becomes of a push by the answer of its service (RFC 8030 §5, and what the services say themselves)."""

from typing import NamedTuple

from chatserver.courier.outside import Answer

FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0  # seconds
GONE = "gone"  # the browser is subscribed no more; the other failures are shown to its user
UNREACHABLE, BUSY, REFUSED = "unreachable", "busy", "refused"


class Outcome(NamedTuple):
    """How a push went: `seq` of the message that was pushed, None for none; why not, and for how long to wait."""

    seq: int | None
    failure: str | None = None
    wait: float = 0


def outcome_of(answer: Answer | None, seq: int, tries: int) -> Outcome:
    """Returns the outcome of a push; no answer is None. `tries` have failed before."""
    wait = min(FIRST_WAIT * 2 ** min(tries, 10), LONGEST_WAIT)
    if answer is None:
        return Outcome(None, UNREACHABLE, wait)
    if 200 <= answer.status < 300:
        return Outcome(seq)
    if answer.status in {404, 410}:
        return Outcome(None, GONE)
    if answer.status == 429 or answer.status >= 500:
        return Outcome(None, BUSY, max(wait, answer.retry_after))
    return Outcome(None, REFUSED, LONGEST_WAIT)  # a redirect, too: ours to mend, or a service that is none
