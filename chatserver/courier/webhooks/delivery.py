"""Sends what is left of one thread to one webhook: one event after another, each as it is at that moment."""

import logging
from time import monotonic, time
from typing import NamedTuple

from yarl import URL

from chatserver.config.settings import Config
from chatserver.courier.outside import Answer, NoAnswer, Outside
from chatserver.courier.webhooks.events import Event, NextRow, body_of, next_event
from chatserver.courier.webhooks.retries import GIVE_UP, pause
from chatserver.courier.webhooks.signatures import signed_headers
from chatserver.courier.webhooks.urls import url_problem
from chatserver.database.client import Database
from chatserver.telemetry.metrics import WEBHOOK_REQUESTS, WEBHOOK_TIME

log = logging.getLogger(__name__)

GONE = 410


class Claim(NamedTuple):
    """A thread that this courier alone sends to a webhook, until the claim runs out."""

    thread_id: int
    webhook_id: int
    claim: str


class Try(NamedTuple):
    """One event that is sent, for a claim, as the row says."""

    claim: Claim
    row: NextRow
    event: Event

    @property
    def id(self) -> str:
        """The event's id, the same at each try."""
        return f"msg_{self.claim.webhook_id}_{self.claim.thread_id}_{self.event.number}"

    @property
    def number(self) -> int:
        """How often this event has been tried, with this time."""
        return self.row.tries + 1 if self.row.event == self.id else 1

    @property
    def parameters(self) -> dict[str, object]:
        """What the queries need to move the position past the event."""
        return {**self.claim._asdict(), "seq": self.event.seq, "change": self.event.change}


class Delivery:
    """Sends to one webhook; `lease`: the seconds for which a claim is renewed with each event."""

    def __init__(self, db: Database, config: Config, outside: Outside, lease: float) -> None:
        self._db = db
        self._config = config
        self._outside = outside
        self._lease = lease

    async def run(self, claim: Claim) -> None:
        """Sends until nothing is left, an event is not accepted, or the claim has ended. Raises Unavailable."""
        while row := await self._db.query_one("next_webhook_event", NextRow, **claim._asdict()):
            event = next_event(row)
            if event is None:
                await self._db.execute_idempotent(
                    "settle_webhook_thread", seq=row.last_seq, change=row.last_change, **claim._asdict()
                )
                return
            if not await self._tell(Try(claim, row, event)):
                return

    async def _tell(self, this: Try) -> bool:
        """Tells an event; returns whether to go on."""
        body = await body_of(self._db, self._config, this.claim.thread_id, this.event, with_texts=this.row.with_texts)
        if body is None:  # a later change has taken its place, and will be told
            return await self._pass(this, is_accepted=False)
        began_at = monotonic()
        try:
            answer = await self._send(this, body)
        except NoAnswer as error:
            await self._fail(this, Answer(0, 0), str(error))
            return False
        finally:
            WEBHOOK_TIME.observe(monotonic() - began_at)
        if not 200 <= answer.status < 300:
            await self._fail(this, answer, f"status {answer.status}")
            return False
        WEBHOOK_REQUESTS.labels("accepted").inc()
        log.info("webhook %d accepted %s: %d", this.claim.webhook_id, this.id, answer.status)
        return await self._pass(this, is_accepted=True)

    async def _send(self, this: Try, body: bytes) -> Answer:
        """Returns the answer of the webhook's receiver. Raises NoAnswer."""
        if problem := url_problem(this.row.url, self._config.webhook_hosts):  # WEBHOOK_HOSTS had it once
            raise NoAnswer(problem)
        headers = signed_headers(this.id, body, this.row.secrets, int(time()))
        return await self._outside.post(URL(this.row.url), body, headers)

    async def _pass(self, this: Try, *, is_accepted: bool) -> bool:
        passed = await self._db.execute_idempotent(
            "pass_webhook_event", int, **this.parameters, lease=self._lease, is_accepted=is_accepted
        )
        return bool(passed)

    async def _fail(self, this: Try, answer: Answer, failure: str) -> None:
        seconds = pause(this.number, answer.retry_after)
        outcomes = await self._db.execute_idempotent(
            "fail_webhook_event",
            str,
            **this.parameters,
            event=this.id,
            tries=this.number,
            pause=seconds,
            give_up=GIVE_UP,
            is_gone=answer.status == GONE,
            failure=failure,
        )
        outcome = outcomes[0] if outcomes else "again"  # somebody else has it, or the webhook is gone
        WEBHOOK_REQUESTS.labels("dropped" if outcome == "dropped" else "failed").inc()
        told = f"webhook {this.claim.webhook_id}: {this.id} was not accepted by try {this.number}: {failure}"
        if outcome == "again":
            log.info("%s; again in %.0f s", told, seconds)
        else:
            log.warning("%s; %s", told, "the webhook is turned off" if outcome == "off" else "it is dropped")
