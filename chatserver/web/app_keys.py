"""The typed keys by which handlers find services in the application."""

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from redis.asyncio import Redis

from chatserver.accounts.accounts import Accounts
from chatserver.accounts.api_keys import ApiKeys
from chatserver.accounts.login_limits import LoginLimits
from chatserver.bus.publisher import Publisher
from chatserver.config.settings import Config
from chatserver.conversations.change_store import ChangeStore
from chatserver.conversations.groups.acts import Groups
from chatserver.conversations.message_store import MessageStore
from chatserver.conversations.read_markers import ReadMarkers
from chatserver.conversations.sending import Sending
from chatserver.conversations.site_sending import SiteSending
from chatserver.database.batcher import Batcher
from chatserver.database.client import Database
from chatserver.exports.jobs import Exports
from chatserver.files.uploads import Uploads
from chatserver.realtime.handshake import Handshake
from chatserver.realtime.rate_limits import Rates
from chatserver.realtime.sockets import Sockets
from chatserver.sso.account_sync import AccountSync
from chatserver.sso.people import Person
from chatserver.sso.tokens import TokenVerifier
from chatserver.web.notices import Notices
from chatserver.web.sessions import SessionStorage
from chatserver.web.site import Site

CONFIG = web.AppKey("config", Config)
DB = web.AppKey("db", Database)
REDIS = web.AppKey("redis", Redis)
SITE = web.AppKey("site", Site)
ACCOUNTS = web.AppKey("accounts", Accounts)
API_KEYS = web.AppKey("api_keys", ApiKeys)
ACCOUNT_SYNC = web.AppKey("account_sync", AccountSync)
TOKEN_VERIFIER = web.AppKey("token_verifier", TokenVerifier)
PEOPLE: web.AppKey[Batcher[str, Person | None]] = web.AppKey("people", Batcher)
VAPID_KEYS: web.AppKey[dict[str, EllipticCurvePrivateKey]] = web.AppKey("vapid_keys", dict)  # by their public keys
LOGIN_LIMITS = web.AppKey("login_limits", LoginLimits)
UPLOADS = web.AppKey("uploads", Uploads)
EXPORTS = web.AppKey("exports", Exports)
SESSIONS = web.AppKey("sessions", SessionStorage)
PUBLISHER = web.AppKey("publisher", Publisher)
RATES = web.AppKey("rates", Rates)
NOTICES = web.AppKey("notices", Notices)
MESSAGE_STORE = web.AppKey("message_store", MessageStore)
CHANGE_STORE = web.AppKey("change_store", ChangeStore)
GROUPS = web.AppKey("groups", Groups)
SENDING = web.AppKey("sending", Sending)
SITE_SENDING = web.AppKey("site_sending", SiteSending)
READ_MARKERS = web.AppKey("read_markers", ReadMarkers)
HANDSHAKE = web.AppKey("handshake", Handshake)
SOCKETS = web.AppKey("sockets", Sockets)
