"""What handlers find in the application, by typed key."""

from aiohttp import web
from redis.asyncio import Redis

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.login_limits import Attempts
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.message_store import Writer
from chatserver.conversations.read_markers import Marks
from chatserver.database.client import Database
from chatserver.exports.jobs import Exports
from chatserver.realtime.rate_limits import Rates
from chatserver.realtime.sockets import Sockets
from chatserver.web.notices import Notices
from chatserver.web.sessions import SessionStorage
from chatserver.web.site import Site

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
