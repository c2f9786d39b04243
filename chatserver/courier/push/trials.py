"""Pushes that users ask for, to see whether they arrive: once each, and not again after a failure."""

import json
from typing import NamedTuple

from chatserver import i18n
from chatserver.courier.push.delivery import Delivery, Target
from chatserver.courier.push.messages import topic
from chatserver.courier.push.outcomes import outcome_of
from chatserver.database.client import Database

PAGE = "/messages/notifications/"


class TrialRow(NamedTuple):
    """A browser whose user has asked for a push."""

    subscription_id: int
    endpoint: str
    p256dh: bytes
    auth: bytes
    vapid_key: str
    language: str


async def push_trials(db: Database, delivery: Delivery) -> None:
    """Pushes to all who have asked since the last look. Raises Unavailable."""
    rows = await db.execute_idempotent("take_trial_pushes", TrialRow)
    outcomes = []
    for row in rows:
        with i18n.using(row.language):
            text = i18n.gettext("Notifications work in this browser.")
        body = json.dumps({"text": text, "url": PAGE, "language": row.language}, ensure_ascii=False).encode()
        target = Target(row.endpoint, row.p256dh, row.auth, row.vapid_key)
        outcomes.append(outcome_of(await delivery.send(target, body, topic(0, bytes(row.auth))), 0, 0))
    if rows:
        await db.execute_idempotent(
            "note_push_outcomes",
            subscription_ids=[row.subscription_id for row in rows],
            failures=[one.failure for one in outcomes],
            waits=[one.wait for one in outcomes],
        )
