"""Follows all threads for the webhooks, and shares the sending with other couriers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

import psycopg2

from chatserver.config.settings import Config
from chatserver.conversations.moved_threads import MovedThreads
from chatserver.courier.home import Home
from chatserver.courier.outside import Outside
from chatserver.courier.webhooks.delivery import Claim, Delivery
from chatserver.courier.webhooks.urls import is_trusted
from chatserver.database.client import Database
from chatserver.errors import ChatError, Unavailable
from chatserver.telemetry.metrics import WEBHOOKS_FAILING, WEBHOOKS_OFF, WEBHOOKS_WAITING

log = logging.getLogger(__name__)

AT_ONCE = 10  # threads that one courier sends to one webhook at the same time
LEASE = 15.0  # seconds, beside those of a request, for which a courier that died keeps others from its threads
LAST_REQUESTS = 0.5  # seconds for requests in flight at the end


class StateRow(NamedTuple):
    """How all webhooks are: threads in which something waits, seconds of failing, and how many are turned off."""

    waiting: int
    failing: float
    turned_off: int


class WebhookSender:
    """Sends to all webhooks. One that is slow or away keeps no other waiting, nor one thread another."""

    def __init__(self, db: Database, config: Config) -> None:
        self._db = db
        self._config = config
        self._lease = LEASE + config.webhook_timeout
        self._home = Home(db, config)
        self._threads = MovedThreads(db)
        self._hooks: list[int] = []
        self._sending: dict[asyncio.Task[None], Claim] = {}
        self._more: set[int] = set()  # webhooks for which more threads wait than were claimed
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Sends until cancelled; what others could go on with is then released."""
        hosts, timeout = self._config.webhook_hosts, self._config.webhook_timeout
        outside = Outside(lambda url: is_trusted(url, hosts), timeout)
        self._delivery = Delivery(self._db, self._config, outside, self._lease)
        try:
            while True:
                pause = 0 if await self._attempt(self._look) else self._config.courier_interval
                look_at = asyncio.get_running_loop().time() + pause
                while await self._woken(look_at):
                    await self._attempt(self._claim_more)
        finally:
            await self._end()
            await outside.close()

    async def _woken(self, until: float) -> bool:
        """Returns whether somebody may be told more; False when it is time to look."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._wake.wait()
                self._wake.clear()
                return True
        return False

    async def _attempt(self, work: Callable[[], Awaitable[bool]]) -> bool:
        """Returns what `work` does; False if it fails."""
        try:
            return await work()
        except Unavailable as error:
            log.warning("webhooks wait: %s", error)
        except psycopg2.Error:
            log.exception("looking for events of webhooks failed")
        return False

    async def _look(self) -> bool:
        """Finds the threads in which something is to be sent, and sends. Returns whether to look on at once."""
        (state,) = await self._db.query("state_of_webhooks", StateRow)
        WEBHOOKS_WAITING.set(state.waiting)
        WEBHOOKS_FAILING.set(state.failing)
        WEBHOOKS_OFF.set(state.turned_off)
        hooks = await self._db.query("webhooks_on", int)
        if not hooks or not await self._home.is_here():
            self._threads.forget()
            return False
        if set(hooks) - set(self._hooks):  # one that was off may have missed something anywhere
            self._threads.forget()
        self._hooks = hooks
        await self._queue(await self._threads.moved())
        self._threads.settle()
        await self._queue(await self._threads.page())
        self._threads.turn()
        self._more = set(hooks)
        await self._claim_more()
        return not self._threads.swept_all

    async def _queue(self, thread_ids: list[int]) -> None:
        if thread_ids:
            await self._db.execute_idempotent("queue_webhook_threads", thread_ids=thread_ids)

    async def _claim_more(self) -> bool:
        """Claims as many threads as can be sent at once; returns whether more may wait."""
        for hook in list(self._more):
            free = AT_ONCE - sum(claim.webhook_id == hook for claim in self._sending.values())
            if free < AT_ONCE // 2:  # claimed together, to ask less often
                continue
            claims = await self._db.execute_once(
                "claim_webhook_threads", Claim, webhook_id=hook, number=free, lease=self._lease
            )
            if len(claims) < free:
                self._more.discard(hook)
            for claim in claims:
                task = asyncio.create_task(self._send(claim))
                self._sending[task] = claim
                task.add_done_callback(self._sent)
        return bool(self._more)

    async def _send(self, claim: Claim) -> None:
        try:
            await self._delivery.run(claim)
        except ChatError as error:  # the thread is gone, or PostgreSQL is away: then the claim runs out
            log.info("webhook %d waits with thread %d: %s", claim.webhook_id, claim.thread_id, error)
        except Exception:
            log.exception("telling webhook %d of thread %d failed", claim.webhook_id, claim.thread_id)

    def _sent(self, task: asyncio.Task[None]) -> None:
        del self._sending[task]
        if self._more:
            self._wake.set()

    async def _end(self) -> None:
        """Waits a moment for what is being sent, and lets other couriers go on with the rest at once."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=LAST_REQUESTS)
        rest = dict(self._sending)
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest)
            claims = [claim.claim for claim in rest.values()]
            with suppress(Unavailable, psycopg2.Error):
                await self._db.execute_idempotent("release_webhook_threads", claims=claims)
