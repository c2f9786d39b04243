"""Browsers that get pushes, as far as the server can tell: an endpoint at a push service, and keys."""

import base64
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.people import Person

SERVICE = "https://fcm.googleapis.com"
VAPID_KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).rstrip(b"=").decode()
SETTINGS: dict[str, Any] = {"vapid_keys": (VAPID_KEY,), "vapid_subject": "mailto:ana@example.org"}


class PushBrowser:
    """What a browser knows of its subscription."""

    def __init__(self, service: str = SERVICE) -> None:
        self.endpoint = f"{service}/send/{uuid4()}"
        self.key: EllipticCurvePrivateKey = generate_private_key(SECP256R1())
        self.auth = uuid4().bytes

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": self.endpoint, "keys": {"p256dh": base64url(point), "auth": base64url(self.auth)}}


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def subscribes(person: Person, what: object) -> tuple[int, str]:
    """Subscribes a person's browser with this JSON; returns the status and the error's code."""
    return await asks(person, "PUT", json=what)


async def unsubscribes(person: Person) -> tuple[int, str]:
    return await asks(person, "DELETE")


async def asks(person: Person, method: str, **options: Any) -> tuple[int, str]:
    token = (await person.get("/messages/")).field("csrf_token")
    headers = {"X-CSRF-Token": token}
    async with person.http.request(method, "/messages/push", headers=headers, **options) as response:
        return response.status, "" if response.status == 204 else (await response.json())["code"]


async def is_subscribed(person: Person) -> bool:
    """Whether the server thinks that it pushes to this browser."""
    return bool((await person.json("/messages/push"))["subscribed"])
