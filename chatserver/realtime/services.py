"""The services that all sockets of a process share."""

from dataclasses import dataclass

from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.access import ThreadRequest
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.conversations.threads import Thread
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.realtime.presence.last_online import LastOnline
from chatserver.realtime.presence.watchers import Watchers
from chatserver.realtime.rate_limits import Rates


@dataclass(frozen=True, slots=True)
class SocketServices:
    """The dependencies of a connection, one set for each process."""

    config: Config
    db: Database
    sending: Sending
    change_store: ChangeStore
    read_markers: ReadMarkers
    publisher: Publisher
    thread_loader: Batcher[ThreadRequest, Thread]
    watchers: Watchers
    last_online: LastOnline
    rates: Rates
