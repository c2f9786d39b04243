"""The typed keys by which handlers find services in the application."""

from aiohttp import web
from redis.asyncio import Redis

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.login_limits import LoginLimits
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.message_store import MessageStore
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.database.client import Database
from chatserver.exports.jobs import Exports
from chatserver.realtime.handshake import Handshake
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
LOGIN_LIMITS = web.AppKey("login_limits", LoginLimits)
EXPORTS = web.AppKey("exports", Exports)
SESSIONS = web.AppKey("sessions", SessionStorage)
PUBLISHER = web.AppKey("publisher", Publisher)
RATES = web.AppKey("rates", Rates)
NOTICES = web.AppKey("notices", Notices)
MESSAGE_STORE = web.AppKey("message_store", MessageStore)
CHANGE_STORE = web.AppKey("change_store", ChangeStore)
SENDING = web.AppKey("sending", Sending)
READ_MARKERS = web.AppKey("read_markers", ReadMarkers)
HANDSHAKE = web.AppKey("handshake", Handshake)
SOCKETS = web.AppKey("sockets", Sockets)
