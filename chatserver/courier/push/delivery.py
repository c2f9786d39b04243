"""Delivers pushes: says what may be said at this moment, encrypts, signs, and sends."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from yarl import URL

from chatserver.config.settings import Config
from chatserver.courier.outside import Answer, NoAnswer, Outside
from chatserver.courier.push.encryption import encrypt
from chatserver.courier.push.messages import Pushed, payload, topic
from chatserver.courier.push.outcomes import GONE, REFUSED, Outcome, outcome_of
from chatserver.courier.push.signature import Signatures
from chatserver.notifications.vapid import public_keys

log = logging.getLogger(__name__)

TTL = 86_400  # seconds for which a service keeps a push for a browser that is off
TIMEOUT = 10.0  # seconds
MONTH = timedelta(days=30)  # for which a browser gets pushes after its session ran out
TOO_LARGE = 413


class Target(NamedTuple):
    """Where a push goes, and under which of our keys."""

    endpoint: str
    p256dh: bytes
    auth: bytes
    vapid_key: str


class Delivery:
    """Sends pushes to the push services. `plain` takes formatting off a text."""

    def __init__(self, config: Config, plain: Callable[[str], str]) -> None:
        self._plain = plain
        self._signatures = Signatures(public_keys(config.vapid_keys), config.vapid_subject)
        own = frozenset(host for host in config.push_hosts if ":" in host)
        self._outside = Outside(lambda url: f"{url.raw_host}:{url.port}" in own, TIMEOUT)

    async def close(self) -> None:
        """Closes the connections."""
        await self._outside.close()

    async def push(self, pushed: Pushed, living: Collection[str]) -> Outcome:
        """Pushes a message. To a browser whose session is not among the `living` it names nobody, for a month."""
        is_alive = pushed.session_key in living
        if not is_alive and datetime.now(UTC) - pushed.visited_at > MONTH:
            return Outcome(None, GONE)
        shows = pushed.preview if is_alive else "nothing"
        target = Target(pushed.endpoint, pushed.p256dh, pushed.auth, pushed.vapid_key)
        label = topic(pushed.thread_id, bytes(pushed.auth))
        answer = await self.send(target, payload(pushed, self._plain, shows=shows), label)
        if answer is not None and answer.status == TOO_LARGE and shows == "text":
            answer = await self.send(target, payload(pushed, self._plain, shows="name"), label)
        outcome = outcome_of(answer, pushed.seq, pushed.tries)
        if outcome.failure == REFUSED and not pushed.tries and answer is not None:
            log.warning("%s refused a push: status %d", URL(pushed.endpoint).raw_host, answer.status)
        return outcome

    async def send(self, target: Target, body: bytes, label: str) -> Answer | None:
        """Returns a push service's answer; None if there is none, or we have no key for it any more."""
        url = URL(target.endpoint)
        authorization = self._signatures.header(url, target.vapid_key)
        if authorization is None:
            return Answer(401, 0)
        headers = {
            "Authorization": authorization,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(TTL),
            "Topic": label,
            "Urgency": "high",
        }
        try:
            return await self._outside.post(url, encrypt(body, bytes(target.p256dh), bytes(target.auth)), headers)
        except NoAnswer as error:
            log.info("no push to %s: %s", url.raw_host, error)
            return None
