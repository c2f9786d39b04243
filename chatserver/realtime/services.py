"""What every socket of a process shares."""

from dataclasses import dataclass

from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.message_store import Writer
from chatserver.conversations.read_markers import Marks
from chatserver.conversations.threads import Asked, Thread
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.realtime.presence import Presence
from chatserver.realtime.rate_limits import Rates


@dataclass(frozen=True, slots=True)
class Services:
    config: Config
    db: Database
    writer: Writer
    marks: Marks
    publisher: Publisher
    openings: Batcher[Asked, Thread]
    presence: Presence
    rates: Rates
