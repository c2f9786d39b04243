"""The site beside the chat: its keys, and the tokens that it makes with them."""

import base64
import time
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

from tests.support.people import Answer, Person

SECRET = bytes(range(32))
PAIR = Ed25519PrivateKey.from_private_bytes(bytes(range(100, 132)))
PUBLIC = PAIR.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
SITE = "http://site.test"
START = "/messages/sso/start"


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


KEYS = (f"new:HS256:{base64url(SECRET)}", f"old:EdDSA:{base64url(PUBLIC)}")
SETTINGS: dict[str, Any] = {"sso_keys": KEYS, "sso_url": f"{SITE}/to-chat?from=menu"}


def claims_of(audience: str, sub: object, **claims: Any) -> dict[str, Any]:
    """The claims of a good token; None leaves one out."""
    now = int(time.time())
    made = {"iss": "site", "aud": audience, "sub": sub, "jti": str(uuid4()), "iat": now, "exp": now + 60} | claims
    return {name: value for name, value in made.items() if value is not None}


def signed(claims: dict[str, Any], key: Any = SECRET, alg: str = "HS256", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=alg, headers={"kid": "new"} | header)


def token_for(person: Person, sub: object, **claims: Any) -> str:
    """A good token for somebody at this person's chat."""
    return signed(claims_of(str(person.url.origin()), sub, **claims))


async def posts(person: Person, token: str, origin: str | None = SITE, **fields: str) -> Answer:
    """What the chat answers to a token that a page of `origin` posts from this person's browser."""
    headers = {"Origin": origin, "Sec-Fetch-Site": "same-site"} if origin else {}
    return await person.post_raw("/messages/sso/", {"token": token, **fields}, headers=headers)


async def enters(person: Person, sub: str, **claims: Any) -> Person:
    """Signs a person in by a token of the site, under the name that the site says."""
    answer = await posts(person, token_for(person, sub, **{"name": person.name} | claims))
    assert answer.status == 303, answer.text
    person.id = (await person.json("/messages/session"))["user"]["id"]
    return person


async def asks_for_nonce(person: Person, path: str = START) -> str:
    """The nonce that the chat gives this browser for the site."""
    answer = await person.get(path)
    assert answer.status == 303, answer.text
    return URL(answer.location).query["nonce"]
