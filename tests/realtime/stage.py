"""Ana, Ben and Cleo with a one-to-one thread and a group, and the parts of a server that update screens."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.groups.creation import NewGroup
from chatserver.conversations.message_store import MessageStore
from chatserver.conversations.pairs import pair_thread
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.conversations.text_digests import TextDigests
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.realtime.dispatcher import Dispatcher
from chatserver.realtime.gap_repair import GapRepair
from chatserver.realtime.hub import Hub
from chatserver.realtime.presence.poller import PresencePoller
from chatserver.realtime.rate_limits import rates_of
from chatserver.realtime.services import SocketServices
from tests.realtime.in_memory import HeldEvents, Interrupted

PEOPLE = ("Ana", "Ben", "Cleo")


class Stage:
    """The parts of a server without a network: sockets and Redis are in memory, PostgreSQL is real."""

    def __init__(self, config: Config, db: Database, users: list[User]) -> None:
        self.users = users
        self.events, self.hub = HeldEvents(), Hub()
        self.interrupted = Interrupted(db)
        self.reads: Database = self.interrupted  # type: ignore[assignment]
        text_digests = TextDigests(config.secret_keys)
        self.message_store = MessageStore(db, self.events, config, text_digests)  # type: ignore[arg-type]
        self.change_store = ChangeStore(db, self.events, config, text_digests)  # type: ignore[arg-type]
        self.groups = Groups(db, self.events, config, text_digests)  # type: ignore[arg-type]
        self.read_markers = ReadMarkers(db, self.events, 0)  # type: ignore[arg-type]
        self.arrives_late: Callable[[], None] = lambda: None  # while the gap repair waits for events
        self.repair = GapRepair(self.reads, config, lambda: self.hub.users, self.hub.deliver, wait=self._wait)
        self.dispatcher = Dispatcher(self.hub, self.repair, None)  # type: ignore[arg-type]
        thread_loader: Batcher[ThreadRequest, threads.Thread] = Batcher(
            lambda asked: threads.find_threads(self.reads, asked, config.announce_people), 100, 0
        )
        presence = PresencePoller(None, replace(config, presence_interval=0), list)  # type: ignore[arg-type]
        self.services = SocketServices(
            config,
            self.reads,
            Sending(self.message_store, lambda _: None, 0),
            self.change_store,
            self.read_markers,
            self.events,  # type: ignore[arg-type]
            thread_loader,
            presence.watchers,
            presence.last_online,
            rates_of(config),
        )

    async def _wait(self) -> None:
        self.arrives_late()

    async def make_threads(self, db: Database) -> None:
        """Ana owns the group."""
        ana, ben, cleo = (user.id for user in self.users)
        self.pair = await pair_thread(db, ana, ben)
        self.group = await self.groups.create(NewGroup(None, [ana, ben, cleo]), by=None, owner=ana)


async def set_up(config: Config, db: Database) -> Stage:
    """Creates new users, a thread of Ana and Ben, and a group of all three."""
    names = [f"{name}-{uuid4()}" for name in PEOPLE]
    users = await db.execute_once("provision_users", User, names=names, name_skeletons=names, password_hash="!")
    stage = Stage(config, db, users)
    await stage.make_threads(db)
    return stage
