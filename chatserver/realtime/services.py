"""What every socket of a process shares."""

from dataclasses import dataclass

from chatserver.batcher import Batcher
from chatserver.config import Config
from chatserver.db import Database
from chatserver.rates import Rates
from chatserver.realtime.marks import Marks
from chatserver.realtime.presence import Presence
from chatserver.realtime.publisher import Publisher
from chatserver.realtime.writer import Writer
from chatserver.threads import Asked, Thread


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
