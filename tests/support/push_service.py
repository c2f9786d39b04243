"""A push service of ours on loopback, which does what those of browsers do: it checks who sends, and cannot read what.

The browsers of the tests read it: each decrypts with its own keys (RFC 8291, written anew here).
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chatserver.accounts.session_index import SessionIndex
from chatserver.bus.client import connect_redis
from chatserver.config.settings import Config
from chatserver.courier.push.sender import PushSender
from chatserver.database.client import connect
from chatserver.web.rendering.formatting import plain
from tests.support.people import PATIENCE
from tests.support.ports import unused_port
from tests.support.pushing import PushBrowser, decoded


class Push(NamedTuple):
    """What a browser gets: what it reads, and the headers for its service."""

    browser: str
    read: dict[str, Any]
    headers: dict[str, str]


class PushService:
    """Takes pushes for its browsers, of at most `most` bytes, and answers with `status`, `headers` and `body`."""

    def __init__(self) -> None:
        self.port = unused_port()
        self.url = f"http://localhost:{self.port}"
        self.browsers: dict[str, PushBrowser] = {}
        self.pushes: asyncio.Queue[Push] = asyncio.Queue()
        self.taken = 0
        self.status = 201
        self.headers: dict[str, str] = {}
        self.body = b""
        self.most = 4096
        self.waits = asyncio.Event()  # set: it answers
        self.waits.set()

    @property
    def host(self) -> str:
        """For PUSH_HOSTS."""
        return self.url.removeprefix("http://")

    def browser(self) -> PushBrowser:
        made = PushBrowser(self.url)
        self.browsers[made.endpoint.removeprefix(self.url)] = made
        return made

    async def take(self, request: web.Request) -> web.Response:
        self.taken += 1
        check(request, self.url)
        body = await request.read()
        if len(body) > self.most:
            return web.Response(status=413)
        push = Push(request.path, json.loads(decrypt(self.browsers[request.path], body)), dict(request.headers))
        await self.waits.wait()
        if self.status == 201:
            self.pushes.put_nowait(push)
        return web.Response(status=self.status, headers=self.headers, body=self.body)

    async def next(self) -> Push:
        async with asyncio.timeout(PATIENCE):
            return await self.pushes.get()


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    service = PushService()
    async with serving_pushes(service):
        yield service


@asynccontextmanager
async def serving_pushes(service: PushService) -> AsyncIterator[None]:
    app = web.Application()
    app.router.add_post("/send/{browser}", service.take)
    async with TestServer(app, host="127.0.0.1", port=service.port):
        yield


@asynccontextmanager
async def pushing(config: Config) -> AsyncIterator[None]:
    """A courier that pushes."""
    db, redis = await connect(str(config.database_url), 2, 0), connect_redis(config)
    task = asyncio.create_task(PushSender(db, SessionIndex(redis, config), config, plain).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await db.close()
        await redis.aclose()


def check(request: web.Request, url: str) -> None:
    """Fails, and so answers 500, unless the request is what RFC 8030, 8188 and 8292 say."""
    scheme, _, parameters = request.headers["Authorization"].partition(" ")
    assert scheme == "vapid"
    token, key = (parameter.strip().partition("=")[2] for parameter in parameters.split(","))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decoded(key))
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=url, options={"require": ["exp", "aud", "sub"]})
    assert claims["sub"] == "mailto:ana@example.org"
    assert request.headers["Content-Encoding"] == "aes128gcm"
    assert 0 < int(request.headers["TTL"]) <= 86_400
    assert len(request.headers["Topic"]) == 32
    assert request.content_length is not None
    assert request.content_length <= 4096


def decrypt(browser: PushBrowser, body: bytes) -> bytes:
    salt, record, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, sealed = body[21 : 21 + length], body[21 + length :]
    assert len(sealed) <= record
    shared = browser.key.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), sender))
    own = browser.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = HKDF(SHA256(), 32, browser.auth, b"WebPush: info\0" + own + sender).derive(shared)
    key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
    nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
    text = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
    assert text.endswith(b"\x02")
    return text[:-1]
