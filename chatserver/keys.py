"""What handlers find in the application, by typed key."""

from aiohttp import web
from redis.asyncio import Redis

from chatserver.accounts import Accounts
from chatserver.config import Config
from chatserver.db import Database
from chatserver.rates import Rates
from chatserver.realtime.marks import Marks
from chatserver.realtime.publisher import Publisher
from chatserver.realtime.sockets import Sockets
from chatserver.realtime.writer import Writer
from chatserver.sessions import SessionStorage

CONFIG = web.AppKey("config", Config)
DB = web.AppKey("db", Database)
REDIS = web.AppKey("redis", Redis)
ACCOUNTS = web.AppKey("accounts", Accounts)
SESSIONS = web.AppKey("sessions", SessionStorage)
PUBLISHER = web.AppKey("publisher", Publisher)
RATES = web.AppKey("rates", Rates)
WRITER = web.AppKey("writer", Writer)
MARKS = web.AppKey("marks", Marks)
SOCKETS = web.AppKey("sockets", Sockets)
