"""Who listens in this process: two maps' worth of bookkeeping, no I/O."""

from chatserver.bus.events import Event
from chatserver.realtime.mailbox import Mailbox


class Hub:
    """The mailboxes of each person's sockets: in tuples, since most have one and a set takes much memory."""

    def __init__(self) -> None:
        self._mailboxes: dict[int, tuple[Mailbox, ...]] = {}

    @property
    def users(self) -> list[int]:
        return list(self._mailboxes)

    def count(self, user_id: int) -> int:
        """How many mailboxes a person has here."""
        return len(self._mailboxes.get(user_id, ()))

    def join(self, user_id: int, mailbox: Mailbox) -> None:
        self._mailboxes[user_id] = (*self._mailboxes.get(user_id, ()), mailbox)

    def leave(self, user_id: int, mailbox: Mailbox) -> bool:
        """True for a person's last mailbox: their channel is of no use any more."""
        left = tuple(each for each in self._mailboxes[user_id] if each is not mailbox)
        if left:
            self._mailboxes[user_id] = left
        else:
            del self._mailboxes[user_id]
        return not left

    def deliver(self, user_id: int, event: Event) -> None:
        """Puts an event into each mailbox of a person, without waiting for anyone."""
        for mailbox in self._mailboxes.get(user_id, ()):
            mailbox.put(event)
