"""Ana, Ben and Cleo with a pair and a group, on the parts of a server that keep screens up to date."""

from dataclasses import replace
from uuid import uuid4

from chatserver.accounts.accounts import User
from chatserver.config.settings import Config
from chatserver.conversations import threads
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.message_store import MessageStore
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
from tests.realtime.in_memory import Interrupted, News

PEOPLE = ("Ana", "Ben", "Cleo")


class Stage:
    """The parts, without a network: sockets and Redis are in memory, PostgreSQL is real."""

    def __init__(self, config: Config, db: Database, users: list[User], pair: int, group: int) -> None:
        self.users = users
        self.pair, self.group = pair, group
        self.news, self.hub = News(), Hub()
        self.interrupted = Interrupted(db)
        self.reads: Database = self.interrupted  # type: ignore[assignment]
        text_digests = TextDigests(config.secret_keys)
        self.message_store = MessageStore(db, self.news, config, text_digests)  # type: ignore[arg-type]
        self.change_store = ChangeStore(db, self.news, config, text_digests)  # type: ignore[arg-type]
        self.read_markers = ReadMarkers(db, self.news, 0)  # type: ignore[arg-type]
        self.repair = GapRepair(self.reads, config, lambda: self.hub.users, self.hub.deliver)
        self.dispatcher = Dispatcher(self.hub, self.repair, None)  # type: ignore[arg-type]
        thread_loader: Batcher[ThreadRequest, threads.Thread] = Batcher(
            lambda asked: threads.find_threads(self.reads, asked), 100, 0
        )
        presence = PresencePoller(None, replace(config, presence_interval=0), list)  # type: ignore[arg-type]
        self.services = SocketServices(
            config,
            self.reads,
            Sending(self.message_store, lambda _: None, 0),
            self.change_store,
            self.read_markers,
            self.news,  # type: ignore[arg-type]
            thread_loader,
            presence.watchers,
            presence.last_online,
            rates_of(config),
        )


async def set_up(config: Config, db: Database) -> Stage:
    """New people each time, with a thread of Ana and Ben and a group of all three."""
    names = [f"{name}-{uuid4()}" for name in PEOPLE]
    users = await db.execute_once("provision_users", User, names=names, name_skeletons=names, password_hash="!")
    (group,) = await db.execute_once("group_thread", int, user_ids=[user.id for user in users])
    return Stage(config, db, users, await threads.pair_thread(db, users[0].id, users[1].id), group)
