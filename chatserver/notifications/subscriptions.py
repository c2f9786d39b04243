"""The browsers that get a user's pushes (RFC 8030), one subscription for each session."""

import base64
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from chatserver.accounts.accounts import User
from chatserver.database.client import Database
from chatserver.errors import ChatError
from chatserver.i18n import current_language
from chatserver.notifications.endpoints import is_endpoint

MOST = 10  # of a user
POINT_BYTES, AUTH_BYTES = 65, 16  # RFC 8291 §2.1, §3.2
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}", re.ASCII)


class Subscription(NamedTuple):
    """Where a browser's push service takes messages, and the keys for which they are encrypted (RFC 8291)."""

    endpoint: str
    p256dh: bytes
    auth: bytes


class Subscribed(NamedTuple):
    """A browser that gets pushes; `failure` tells why it did not get the last one."""

    id: int
    session_key: str
    browser: str
    made_at: datetime
    failure: str | None
    failed_at: datetime | None


def parse_subscription(fields: Mapping[str, Any], hosts: Collection[str]) -> Subscription:
    """Returns what a browser calls a PushSubscription. Raises ChatError `bad_subscription`."""
    endpoint, keys = fields.get("endpoint"), fields.get("keys")
    if not isinstance(endpoint, str) or not is_endpoint(endpoint, hosts) or not isinstance(keys, dict):
        raise ChatError("bad_subscription")
    p256dh, auth = _decoded(keys.get("p256dh"), POINT_BYTES), _decoded(keys.get("auth"), AUTH_BYTES)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), p256dh)
    except ValueError:  # not on the curve
        raise ChatError("bad_subscription") from None
    return Subscription(endpoint, p256dh, auth)


def _decoded(text: object, length: int) -> bytes:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise ChatError("bad_subscription")
    bare = text.rstrip("=")
    if len(bare) != -(-length * 4 // 3):
        raise ChatError("bad_subscription")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


async def subscribe(
    db: Database, user: User, session_key: str, given: Subscription, *, vapid_key: str, browser: str
) -> None:
    """Subscribes a session's browser in place of what it had. Raises ChatError `bad_subscription`."""
    rows = await db.execute_idempotent(
        "put_push_subscription",
        int,
        user_id=user.id,
        session_key=session_key,
        endpoint=given.endpoint,
        p256dh=given.p256dh,
        auth=given.auth,
        vapid_key=vapid_key,
        browser=browser,
        language=current_language(),
        most=MOST,
    )
    if not rows:
        raise ChatError("bad_subscription")


async def visit(db: Database, user: User, session_key: str, vapid_keys: Collection[str]) -> bool:
    """Notes that a session's browser is here; tells whether it is subscribed, under one of these keys."""
    rows = await db.execute_idempotent(
        "visit_push_subscription",
        int,
        user_id=user.id,
        session_key=session_key,
        language=current_language(),
        vapid_keys=list(vapid_keys),
    )
    return bool(rows)


async def subscriptions_of(db: Database, user: User) -> list[Subscribed]:
    """Returns the browsers that get a user's pushes, the newest first."""
    return await db.query("push_subscriptions_of", Subscribed, user_id=user.id)


async def end_subscription(db: Database, user: User, subscription_id: int) -> None:
    """Ends one of a user's subscriptions."""
    await db.execute_idempotent("end_push_subscription", user_id=user.id, id=subscription_id)


async def ask_for_trial(db: Database, user: User) -> bool:
    """Asks for a push to all of a user's browsers now; tells whether there is one."""
    return bool(await db.execute_idempotent("ask_for_trial_push", int, user_id=user.id))
