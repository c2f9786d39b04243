"""What handlers find in the application, by typed key."""

from aiohttp import web
from redis.asyncio import Redis

from chatserver.accounts import Accounts
from chatserver.attempts import Attempts
from chatserver.config import Config
from chatserver.db import Database
from chatserver.exports import Exports
from chatserver.notices import Notices
from chatserver.rates import Rates
from chatserver.realtime.marks import Marks
from chatserver.realtime.publisher import Publisher
from chatserver.realtime.sockets import Sockets
from chatserver.realtime.writer import Writer
from chatserver.sessions import SessionStorage
from chatserver.site import Site

CONFIG = web.AppKey("config", Config)
DB = web.AppKey("db", Database)
REDIS = web.AppKey("redis", Redis)
SITE = web.AppKey("site", Site)
ACCOUNTS = web.AppKey("accounts", Accounts)
ATTEMPTS = web.AppKey("attempts", Attempts)
EXPORTS = web.AppKey("exports", Exports)
SESSIONS = web.AppKey("sessions", SessionStorage)
PUBLISHER = web.AppKey("publisher", Publisher)
RATES = web.AppKey("rates", Rates)
NOTICES = web.AppKey("notices", Notices)
WRITER = web.AppKey("writer", Writer)
MARKS = web.AppKey("marks", Marks)
SOCKETS = web.AppKey("sockets", Sockets)
