"""Sends for people of the site, whom programs name by subject, again and again the same."""

from chatserver.conversations.access import SiteRequest, ThreadRequest
from chatserver.conversations.message_store import StoredMessage
from chatserver.conversations.sending import CheckedMessage, Sending
from chatserver.database.batcher import Batcher
from chatserver.errors import ChatError, Unavailable
from chatserver.sso.people import Person

REMEMBERED = 10_000  # subjects of a process


class SiteSending:
    """Sends messages of subjects and remembers their accounts.

    A subject gets another account only once its old one is deleted; then the store refuses messages of the old one.
    """

    def __init__(self, sending: Sending, people: "Batcher[str, Person | None]") -> None:
        self._sending = sending
        self._people = people
        self._accounts: dict[str, int] = {}  # by subject

    async def send(
        self, thread: SiteRequest, subject: str, checked: CheckedMessage, reply: int | None
    ) -> StoredMessage:
        """Stores a message once. Raises what `MessageStore.submit` says, and ChatError `no_such_user`."""
        remembered = self._accounts.get(subject)
        if remembered is not None:
            try:
                return await self._sending.submit(
                    ThreadRequest(thread.thread_id, remembered), checked, reply, patient=True
                )
            except Unavailable:
                raise
            except ChatError:  # perhaps of the old account
                self._accounts.pop(subject, None)
        person = await self._people.submit(subject)
        if person is None or person.disabled:
            raise ChatError("no_such_user")
        stored = await self._sending.submit(
            ThreadRequest(thread.thread_id, person.user_id), checked, reply, patient=True
        )
        if len(self._accounts) >= REMEMBERED:
            self._accounts.pop(next(iter(self._accounts)))
        self._accounts[subject] = person.user_id
        return stored
