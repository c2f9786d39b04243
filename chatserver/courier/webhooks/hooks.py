"""The webhooks of this installation, as its owner handles them at the terminal."""

from collections.abc import Sequence
from datetime import datetime
from time import time
from typing import Any, NamedTuple

from yarl import URL

from chatserver.courier.outside import Outside
from chatserver.courier.webhooks.signatures import new_secret, signed_headers
from chatserver.database.client import Database
from chatserver.frames import as_time, encode

EVENTS = ("message", "changed", "note")
LISTED_DROPS = 100


class Webhook(NamedTuple):
    """A webhook as its owner sees it. `waiting`: the threads in which something is to be sent."""

    id: int
    url: str
    events: list[str]
    with_texts: bool
    made_at: datetime
    accepted_at: datetime | None
    failing_since: datetime | None
    failed_at: datetime | None
    failure: str | None
    off_at: datetime | None
    waiting: int


class Drop(NamedTuple):
    """An event that was given up."""

    webhook_id: int
    event: str
    first_tried_at: datetime
    dropped_at: datetime
    failure: str


class Address(NamedTuple):
    """Where a webhook is, and the secrets that sign for it."""

    url: str
    secrets: list[str]


async def add_webhook(db: Database, url: str, events: Sequence[str], *, with_texts: bool) -> dict[str, Any]:
    """Adds a webhook and returns it with its secret, which is shown only now."""
    secret = new_secret()
    (hook_id,) = await db.execute_once(
        "add_webhook", int, url=url, events=list(events), with_texts=with_texts, secret=secret
    )
    return {"id": hook_id, "url": url, "events": list(events), "secret": secret}


async def rotate_webhook(db: Database, hook_id: int) -> str | None:
    """Returns a webhook's new secret, beside which the present one signs for a day; None for an unknown id."""
    secret = new_secret()
    found = await db.execute_once("rotate_webhook", int, id=hook_id, secret=secret)
    return secret if found else None


async def list_webhooks(db: Database) -> list[dict[str, Any]]:
    """Returns all webhooks, each with its last dropped events, newest first."""
    hooks = await db.query("webhooks", Webhook)
    drops = await db.query("webhook_drops", Drop, number=LISTED_DROPS)
    return [_listed(hook, [drop for drop in drops if drop.webhook_id == hook.id]) for hook in hooks]


def _listed(hook: Webhook, drops: Sequence[Drop]) -> dict[str, Any]:
    return {
        "id": hook.id,
        "url": hook.url,
        "events": hook.events,
        "texts": hook.with_texts,
        "made_at": as_time(hook.made_at),
        "on": hook.off_at is None,
        "off_at": hook.off_at and as_time(hook.off_at),
        "waiting": hook.waiting,
        "accepted_at": hook.accepted_at and as_time(hook.accepted_at),
        "failing_since": hook.failing_since and as_time(hook.failing_since),
        "failed_at": hook.failed_at and as_time(hook.failed_at),
        "failure": hook.failure,
        "dropped": [
            {
                "id": drop.event,
                "first_tried_at": as_time(drop.first_tried_at),
                "dropped_at": as_time(drop.dropped_at),
                "failure": drop.failure,
            }
            for drop in drops
        ],
    }


async def remove_webhook(db: Database, hook_id: int) -> bool:
    """Removes a webhook; returns whether there was one."""
    return bool(await db.execute_idempotent("remove_webhook", int, id=hook_id))


async def turn_on_webhook(db: Database, hook_id: int) -> bool:
    """Has a webhook go on where it stopped, at once; returns whether there is one."""
    return bool(await db.execute_idempotent("turn_on_webhook", int, id=hook_id))


async def try_webhook(db: Database, outside: Outside, hook_id: int) -> int | None:
    """Sends `{"type": "test"}` once, whether it is on or off, and returns the status; None if there is none.

    Raises NoAnswer.
    """
    address = await db.query_one("webhook_address", Address, id=hook_id)
    if address is None:
        return None
    body, now = encode({"type": "test"}).encode(), time()
    headers = signed_headers(f"msg_{hook_id}_test_{int(now * 1000)}", body, address.secrets, int(now))
    return (await outside.post(URL(address.url), body, headers)).status
