"""Sessions in Redis, for aiohttp-session.

Hardens its RedisStorage: the Redis key is a hash of a 256-bit token, a sign-in creates a new token and ends the old
one, only a sign-in writes a session that does not exist yet, and sessions expire after the idle timeout and the
lifetime. Visitors who are not signed in have no record: their token serves only the CSRF token. `session_index` lists
the sessions of each user.
"""

import hashlib
import json
import math
import re
import secrets
import time
from collections.abc import Iterable
from typing import NamedTuple

from aiohttp import web
from aiohttp_session import Session, SessionData, get_session, new_session
from aiohttp_session.redis_storage import RedisStorage
from redis.asyncio import Redis

from chatserver.accounts.accounts import User
from chatserver.accounts.session_index import SessionIndex
from chatserver.accounts.user_agents import browser_of
from chatserver.bus.client import redis_deadline
from chatserver.config.settings import Config
from chatserver.database.batcher import Batcher
from chatserver.web.cookies import SESSION, secret_name

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # 256 bits, base64url
MAX_KEYS = 1000  # in one script: Redis does nothing else meanwhile
MAX_LOADS = 100  # sessions, likewise
# Returns the values of the keys, and extends them by ARGV[1] seconds or without end.
USE = """\
local found = {}
for place, key in ipairs(KEYS) do
  found[place] = redis.call('GET', key)
  if ARGV[1] ~= '' then redis.call('EXPIRE', key, ARGV[1]) end
end
return found"""
# Returns the positions of keys that are gone, began before ARGV[2], or got their last token before ARGV[3]; extends the
# others by ARGV[1] seconds or forever.
FIND_ENDED = """\
local ended = {}
for place, key in ipairs(KEYS) do
  local raw = redis.call('GET', key)
  local session = raw and cjson.decode(raw).session
  local token_at = session and session.token_at
  if not raw or not token_at and session.began < tonumber(ARGV[2]) or token_at and token_at < tonumber(ARGV[3]) then
    ended[#ended + 1] = place
  elseif ARGV[1] ~= '' then
    redis.call('EXPIRE', key, ARGV[1])
  end
end
return ended"""


Raw = bytes | str | None


class Begun(NamedTuple):
    """The keys of a new session, of the browser's old one, and of the user's oldest ones that ended to make room."""

    key: str
    old_key: str
    ended: list[str]


class SessionStorage(RedisStorage):
    """Loads, saves, begins and ends sessions; the user's browser has only the token, in a cookie."""

    def __init__(self, redis: Redis, config: Config) -> None:
        super().__init__(
            redis,
            cookie_name=secret_name(config, SESSION),
            max_age=int(config.session_lifetime) or None,
            secure=config.production,
            httponly=True,
            samesite="Lax",
        )
        # In development every server accepts a cookie without the port, as `provision` creates them.
        self._names = [self.cookie_name] if config.production else [self.cookie_name, SESSION]
        self._prefix = config.redis_prefix
        self._idle = int(config.session_idle) or None
        self._lifetime = config.session_lifetime
        self._token_lifetime = config.sso_session
        self._tokens_only = bool(config.sso_only)
        self._timeout = config.redis_timeout
        self._loads: Batcher[str, Raw] = Batcher(self._load, MAX_LOADS, 0)
        self.session_index = SessionIndex(redis, config)

    def key(self, token: str) -> str:
        """Returns the Redis key of a token, a hash: reading Redis reveals no cookie."""
        return f"{self._prefix}session:{hashlib.sha256(token.encode()).hexdigest()}"

    def key_of(self, request: web.Request) -> str:
        """Returns the key that identifies this browser's session and its sockets."""
        return self.key(self.load_cookie(request) or "")

    async def load_session(self, request: web.Request) -> Session:
        """Loads the session. Raises Unavailable if Redis does not answer: nobody is let in, nobody is signed out."""
        token = self.load_cookie(request)
        if token is None or not TOKEN.fullmatch(token):
            return Session(None, data=None, new=True)
        async with redis_deadline(self._timeout):
            data = self._alive(await self._loads.submit(self.key(token)))
        if data is None and self.cookie_name not in request.cookies:
            return Session(None, data=None, new=True)  # the cookie of another server
        return Session(token, data=data, new=data is None)

    def load_cookie(self, request: web.Request) -> str | None:
        """Returns the token in the request's cookie, None without one."""
        return next((request.cookies[name] for name in self._names if name in request.cookies), None)

    async def _load(self, keys: list[str]) -> list[Raw]:
        """Reads sessions from Redis and extends them, in batches: many browsers reconnect at once after a restart."""
        async with redis_deadline(self._timeout):
            if len(keys) == 1:
                return [await self._redis.getex(keys[0], ex=self._idle, persist=self._idle is None)]
            found: list[Raw] = await self._redis.eval(USE, len(keys), *keys, self._idle or "")
            return found

    def _alive(self, raw: Raw) -> SessionData | None:
        """Decodes a session; returns None if it is missing, its lifetime is over, or it does not count here."""
        data: SessionData | None = json.loads(raw) if raw else None
        return data if data is not None and self.session_index.counts(data["session"]) else None

    async def save_session(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:  # noqa: ARG002
        """Writes a session that still exists; for any other only sets the cookie."""
        token = str(session.identity)
        if not session.empty:
            async with redis_deadline(self._timeout):
                await self._redis.set(self.key(token), self._encoded(session), ex=self._idle, xx=True)
        max_age = self.max_age if not session.empty else None
        response.set_cookie(self.cookie_name, token, **self.cookie_params | {"max_age": max_age})

    def _encoded(self, session: Session) -> str:
        return json.dumps(self._get_session_data(session))

    async def begin(self, request: web.Request, user: User) -> Begun:
        """Signs a user in with a new token, and ends the browser's old session. Raises Unavailable.

        Writes the new session at once, so that ending all of the user's sessions includes it.
        """
        former = await find_user(request)
        old_key = self.key(str((await get_session(request)).identity))
        if former is not None:
            await self.session_index.end(former.id, [old_key])
        session = await new_session(request)
        session.set_new_identity(new_token())
        now = int(time.time())
        session.update(user=user.id, name=user.name, began=now, browser=browser_of(request.headers))
        if user.full_name:
            session["full_name"] = user.full_name
        key = self.key(str(session.identity))
        return Begun(key, old_key, await self.session_index.begin(user.id, key, self._encoded(session)))

    async def begin_many(self, users: Iterable[User]) -> list[str]:
        """Begins sessions without a browser, for tests and benchmarks. Raises Unavailable.

        Returns a Cookie header's value for each user, which every server of a site accepts in development.
        """
        cookies = []
        now = int(time.time())
        for user in users:
            token = new_token()
            data = {"created": now, "session": {"user": user.id, "name": user.name, "began": now, "browser": ""}}
            await self.session_index.begin(user.id, self.key(token), json.dumps(data))
            cookies.append(f"{SESSION}={token}")
        return cookies

    def set_cookie(self, response: web.StreamResponse, token: str) -> None:
        """Gives the browser the token of a session that has been stored."""
        response.set_cookie(self.cookie_name, token, **self.cookie_params)

    def forget(self, response: web.StreamResponse) -> None:
        """Deletes the cookie."""
        response.del_cookie(
            self.cookie_name, path="/", secure=self.cookie_params["secure"], httponly=True, samesite="Lax"
        )

    async def ended(self, keys: set[str]) -> set[str]:
        """Returns the keys of ended sessions, and extends the others, which are in use. Raises Unavailable."""
        ordered = list(keys)
        ended: set[str] = set()
        oldest = math.inf if self._tokens_only else time.time() - self._lifetime if self._lifetime > 0 else 0
        oldest_token = time.time() - self._token_lifetime if self._token_lifetime > 0 else 0
        for start in range(0, len(ordered), MAX_KEYS):
            part = ordered[start : start + MAX_KEYS]
            async with redis_deadline(self._timeout):
                places = await self._redis.eval(FIND_ENDED, len(part), *part, self._idle or "", oldest, oldest_token)
            ended.update(part[place - 1] for place in places)
        return ended


def new_token() -> str:
    """Returns a random token of 256 bits, base64url."""
    return secrets.token_urlsafe(32)


async def find_user(request: web.Request) -> User | None:
    """Returns the signed-in user, or None. Raises Unavailable."""
    session = await get_session(request)
    return User(session["user"], session["name"], session.get("full_name")) if "user" in session else None
