"""Which sockets watch which users, and which presence frames each still has to send. No I/O."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from chatserver.config.settings import Config
from chatserver.realtime.frames.outgoing import presence_frame
from chatserver.realtime.mailbox import Mailbox, PresenceChanged

ONLINE = 0


class WatchedUser:
    """A user whom open threads show.

    `state`: ONLINE, the unix second when they were last online, -1 if that is private; None until the first poll.
    """

    __slots__ = ("frame", "seemed_offline", "sent", "state")

    def __init__(self) -> None:
        self.state: int | None = None
        self.frame: str | None = None  # the frame for this state
        self.seemed_offline = False  # the last poll found the user offline
        self.sent: dict[Mailbox, str | None] = {}  # the last frame that each watching mailbox got


class Watchers:
    """The users that the sockets of this process watch. Calls `on_new_user` when a poll should be made soon.

    A mailbox holds at most one item of it, however many users change.
    """

    def __init__(self, config: Config, on_new_user: Callable[[], None]) -> None:
        self._enabled = config.presence_interval > 0
        self._max_people = config.presence_people
        self._on_new_user = on_new_user
        self._threads: dict[Mailbox, dict[int, Sequence[int]]] = {}  # open threads, and users to watch in each
        self._notified: set[Mailbox] = set()  # with a PresenceChanged that has not been handled yet
        self.users: dict[int, WatchedUser] = {}
        self.new_users: set[int] = set()  # not polled yet

    def watch(self, mailbox: Mailbox, thread_id: int, people: Sequence[int]) -> None:
        """Reports the users of an open thread to this mailbox from now on, unless they are too many.

        What was reported of those who stay is not reported again.
        """
        before = self._threads.get(mailbox, {}).get(thread_id, ())
        if people == before:
            return
        sent = {user_id: self.users[user_id].sent[mailbox] for user_id in before}
        self.unwatch(mailbox, thread_id)
        if not self._enabled or not people or 0 < self._max_people < len(people):
            return
        self._threads.setdefault(mailbox, {})[thread_id] = people
        for user_id in people:
            if user_id not in self.users:
                self.users[user_id] = WatchedUser()
                self.new_users.add(user_id)
                self._on_new_user()
            self.users[user_id].sent[mailbox] = sent.get(user_id)

    def unwatch(self, mailbox: Mailbox, thread_id: int) -> None:
        """Stops reporting a thread's users to this mailbox, except users of its other open threads."""
        threads = self._threads.get(mailbox, {})
        people = threads.pop(thread_id, ())
        for user_id in set(people).difference(*threads.values()):
            self._remove(mailbox, user_id)
        if not threads:
            self._threads.pop(mailbox, None)

    def _remove(self, mailbox: Mailbox, user_id: int) -> None:
        sent = self.users[user_id].sent
        del sent[mailbox]
        if not sent:
            del self.users[user_id]

    def hide(self, mailbox: Mailbox, user_id: int) -> bool:
        """Stops reporting a user to this mailbox. Returns whether the mailbox watched them."""
        threads = self._threads.get(mailbox, {})
        watched = [thread_id for thread_id, people in threads.items() if user_id in people]
        if not watched:
            return False
        for thread_id in watched:
            threads[thread_id] = tuple(person for person in threads[thread_id] if person != user_id)
        self._remove(mailbox, user_id)
        return True

    def forget(self, mailbox: Mailbox) -> None:
        """Forgets the mailbox of a socket that has ended."""
        for thread_id in list(self._threads.get(mailbox, ())):
            self.unwatch(mailbox, thread_id)
        self._notified.discard(mailbox)

    def set_state(self, user_id: int, state: int) -> None:
        """Stores a user's state; if it changed, wakes the listener tasks of the sockets that watch them."""
        user = self.users[user_id]
        if state == user.state:
            return
        last_online = datetime.fromtimestamp(state, UTC) if state > 0 else None
        user.state, user.frame = state, presence_frame(user_id, online=state == ONLINE, last_online=last_online)
        for mailbox in user.sent.keys() - self._notified:
            self._notified.add(mailbox)
            mailbox.put(PresenceChanged())

    def frames_for(self, mailbox: Mailbox) -> list[str]:
        """Returns the frames that this mailbox has not received; a user who changed twice since then has one."""
        self._notified.discard(mailbox)
        frames = []
        for user_id in set().union(*self._threads.get(mailbox, {}).values()):
            user = self.users[user_id]
            if user.frame is not None and user.frame != user.sent[mailbox]:
                user.sent[mailbox] = user.frame
                frames.append(user.frame)
        return frames
