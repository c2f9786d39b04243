"""The map from users to the mailboxes of their sockets in this process. No I/O."""

from chatserver.bus.events import Event
from chatserver.realtime.mailbox import Mailbox


class Hub:
    """The mailboxes of each user's sockets: in tuples, since most users have one and a set takes more memory."""

    def __init__(self) -> None:
        self._mailboxes: dict[int, tuple[Mailbox, ...]] = {}

    @property
    def users(self) -> list[int]:
        """The ids of the users who have a socket in this process."""
        return list(self._mailboxes)

    def count(self, user_id: int) -> int:
        """Returns the number of a user's mailboxes in this process."""
        return len(self._mailboxes.get(user_id, ()))

    def join(self, user_id: int, mailbox: Mailbox) -> None:
        """Adds a mailbox, which gets the user's events from now on."""
        self._mailboxes[user_id] = (*self._mailboxes.get(user_id, ()), mailbox)

    def leave(self, user_id: int, mailbox: Mailbox) -> bool:
        """Removes a mailbox. Returns True if it was the user's last: their channel is no longer needed."""
        left = tuple(each for each in self._mailboxes[user_id] if each is not mailbox)
        if left:
            self._mailboxes[user_id] = left
        else:
            del self._mailboxes[user_id]
        return not left

    def deliver(self, user_id: int, event: Event) -> None:
        """Puts an event into each of a user's mailboxes, without waiting for any."""
        for mailbox in self._mailboxes.get(user_id, ()):
            mailbox.put(event)
