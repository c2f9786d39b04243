"""All Prometheus metrics in one place; `docs/operations.md` lists them.

Names: https://prometheus.io/docs/practices/naming/
Under gunicorn with METRICS_PORT each process keeps its values in files that any process can add up (`multiprocess.py`);
otherwise they stay in memory. Updating a counter takes 0.5 to 1.5 µs, a histogram 1.5 to 3 µs: what happens to each
message is therefore added up by a `Tally` (0.2 µs each) and passed on once a second.
"""

import contextlib
from bisect import bisect_left
from datetime import datetime
from time import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from chatserver.errors import TABLE

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the series
REGISTRY = CollectorRegistry()
FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds
PATIENT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)  # seconds
DELIVERIES = (*FAST, 10)  # seconds
SIZES = (1, 2, 5, 10, 20, 50, 100)  # messages
CLOSE_CODES = {1000, 1001, 1002, 1006, 1007, 1008, 1009, 4001, 4008}  # browsers may send any other code
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CATCH_UP_KINDS = ("replay", "reset", "gap", "repair")


def _counter(name: str, documentation: str, *labels: str) -> Counter:
    return Counter(f"chatserver_{name}", documentation, labels, registry=REGISTRY)


def _sum(name: str, documentation: str) -> Gauge:
    """Makes a gauge whose total is the sum over the processes."""
    return Gauge(f"chatserver_{name}", documentation, registry=REGISTRY, multiprocess_mode="livesum")


def _greatest(name: str, documentation: str, *labels: str) -> Gauge:
    """Makes a gauge whose total is the maximum over the processes."""
    return Gauge(f"chatserver_{name}", documentation, labels, registry=REGISTRY, multiprocess_mode="livemax")


def _histogram(name: str, documentation: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"chatserver_{name}", documentation, labels, registry=REGISTRY, buckets=buckets)


class BatchedHistogram(Histogram):
    """A histogram that also takes many observations at once; the library takes only single ones."""

    def add(self, counts: list[int], total: float) -> None:
        """Adds observations already counted by bucket, and their sum."""
        for bucket, count in zip(self._buckets, counts, strict=True):
            if count:
                bucket.inc(count)
        self._sum.inc(total)


class Tally:
    """Counts observations of a histogram, in seconds, until `pass_on` adds them to it."""

    def __init__(self, name: str, documentation: str, buckets: tuple[float, ...]) -> None:
        self._histogram = BatchedHistogram(f"chatserver_{name}", documentation, registry=REGISTRY, buckets=buckets)
        self._bounds = buckets
        self._begin()

    def _begin(self) -> None:
        self._counts = [0] * (len(self._bounds) + 1)
        self._seconds = 0.0

    def note(self, seconds: float) -> None:
        """Counts an observation; one that a clock makes negative is 0."""
        if seconds < 0:
            seconds = 0.0
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._seconds += seconds

    def pass_on(self) -> None:
        """Adds the observations to the metric and starts anew."""
        self._histogram.add(self._counts, self._seconds)
        self._begin()


# Sockets
SOCKETS = _sum("sockets", "Open sockets.")
HANDSHAKES = _counter("handshakes_total", "Sockets that were opened.")
CLOSED = _counter(
    "sockets_closed_total", "Sockets that ended, by close code and by side (server, browser).", "code", "by"
)
CUT_OFF = _counter("sockets_cut_off_total", "Sockets cut off: stuck accepted nothing, silent sent nothing.", "reason")
LONGEST_MAILBOX = _greatest("longest_mailbox_frames", "The most frames waiting for any one socket.")

# Messages
STORED = _counter("messages_stored_total", "Messages committed and acknowledged; a repeat counts again.")
CHANGED = _counter("messages_changed_total", "Edits, deletions and reactions committed; none counts twice.", "kind")
BATCH = _histogram("commit_batch_messages", "Messages, or changes of messages, that shared a commit.", SIZES)
BATCH_WAIT = Tally("batch_wait_seconds", "From receiving a message to sending its batch to PostgreSQL.", FAST)
COMMIT = _histogram("commit_seconds", "From sending a batch to PostgreSQL to its commit.", FAST)
PUBLISH_WAIT = Tally("publish_wait_seconds", "From queueing an event to sending it to Redis.", FAST)
PUBLISH = _histogram("publish_seconds", "From sending events to Redis to its answer.", FAST)
PUBLISH_FAILED = _counter(
    "publish_failures_total", "Times that Redis accepted no events; the gap repair delivers them."
)
DELIVERED = _counter("messages_delivered_total", "Messages written to sockets, not counting replays.")
WIRE = Tally("wire_seconds", "From a message's arrival from Redis until it was written to a socket.", FAST)
DELIVERY = Tally(
    "delivery_seconds",
    "From a message's time, by PostgreSQL's clock, until it was written to a socket that shows its thread, by ours.",
    DELIVERIES,
)
CATCH_UPS = _counter(
    "catch_ups_total",
    "Replays and resets of opened threads, filled gaps, messages and changes found only by the gap repair.",
    "kind",
)
WRITER_WAITING = _sum("messages_waiting", "Messages and changes of messages waiting for PostgreSQL.")
PUBLISHER_WAITING = _sum("news_waiting", "Events waiting for Redis.")

# Search
SEARCH_INDEXED = _counter("search_indexed_messages_total", "Messages indexed for the search.")
SEARCH_WAITING = _greatest("search_waiting_messages", "Messages that wait to be indexed, in the threads looked at.")
SEARCH_TIME = _histogram("search_seconds", "Time to find a page of results.", PATIENT)

# Webhooks, in the courier
WEBHOOK_REQUESTS = _counter(
    "webhook_requests_total", "Events sent to webhooks, by outcome (accepted, failed, dropped).", "outcome"
)
WEBHOOK_TIME = _histogram("webhook_seconds", "Time to the answer of a webhook's receiver.", PATIENT)
WEBHOOKS_WAITING = _greatest("webhook_threads_waiting", "Threads of which a webhook is to be told something.")
WEBHOOKS_FAILING = _greatest("webhook_failing_seconds", "Since when the first webhook accepts nothing; 0: none fails.")
WEBHOOKS_OFF = _greatest("webhooks_off", "Webhooks that were turned off, since they were gone or accepted nothing.")

# Pushes
PUSHES = _counter("pushes_total", "Pushes to browsers: sent, or why not.", "outcome")

# Requests
REQUESTS = _counter("http_requests_total", "Answers, by method, route and status.", "method", "route", "status")
REQUEST_TIME = _histogram(
    "http_request_seconds", "Time to an answer; for a socket, to the end of its handshake.", PATIENT, "route"
)
FRAGMENTS = _counter(
    "fragments_total", "Messages and rows put into pages: from the cache (hit), or drawn (miss).", "cache"
)
REFUSALS = _counter("refusals_total", "Error frames, pages and answers, by code.", "code")
LOG_LINES = _counter("log_lines_total", "Lines logged as warning or error.", "level")

# The process
LOOP_LAG = _histogram("loop_lag_seconds", "How late the event loop ran a scheduled task.", FAST)
POOL_SIZE = _sum("database_connections_max", "The most connections to PostgreSQL.")
POOL_USED = _sum("database_connections_in_use", "Connections to PostgreSQL in use.")
POOL_WAITING = _sum("database_waiting", "Queries waiting for a connection.")
REDIS_AWAY = _greatest("redis_away", "1 while a process receives no events from Redis.")
MEMORY = _sum("resident_memory_bytes", "Memory of the processes; shared memory counts in each.")
CPU = _counter("cpu_seconds_total", "Processor time of the processes.")
STARTED = _greatest("start_time_seconds", "When the youngest process started, in Unix time.")
INFO = _greatest("info", "1, with the version.", "version")

# A series that starts with its first event hides that event from rate() and increase(), so each starts at 0.
for _kind in CATCH_UP_KINDS:
    CATCH_UPS.labels(_kind)
for _cache in ("hit", "miss"):
    FRAGMENTS.labels(_cache)
for _code in TABLE:
    REFUSALS.labels(_code)
for _level in ("warning", "error"):
    LOG_LINES.labels(_level)
for _reason in ("stuck", "silent"):
    CUT_OFF.labels(_reason)
for _outcome in ("accepted", "failed", "dropped"):
    WEBHOOK_REQUESTS.labels(_outcome)
CLOSED.labels("4008", "server")


class Deliveries:
    """Counts and times the messages that this process writes to sockets, until `pass_on` adds them to the metrics."""

    def __init__(self) -> None:
        self._delivered = 0

    def note(self, arrived: float, frame: str) -> None:
        """Notes a message written to a socket.

        `arrived`: the Unix time at which it came from Redis, 0 if it did not. `frame`: its frame if the socket shows
        its thread, else ''; it is not parsed for its `at`, the time of the message.
        """
        now = time()
        self._delivered += 1
        if arrived:
            WIRE.note(now - arrived)
        if frame:
            sent_at = frame.partition(',"at":"')[2].partition('"')[0]  # inside a text, its quotes would be escaped
            with contextlib.suppress(ValueError):  # a frame of another version
                DELIVERY.note(now - datetime.fromisoformat(sent_at).timestamp())

    def pass_on(self) -> None:
        """Adds the count to the metric and starts anew."""
        DELIVERED.inc(self._delivered)
        self._delivered = 0


deliveries = Deliveries()
TALLIES = (BATCH_WAIT, PUBLISH_WAIT, WIRE, DELIVERY, deliveries)


def count_refusal(code: str) -> None:
    """Counts a refusal by its code."""
    REFUSALS.labels(code).inc()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a request and its duration in seconds; unusual methods share one label."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).inc()
    REQUEST_TIME.labels(route).observe(seconds)


def count_end(code: int, by: str) -> None:
    """Counts the end of a socket by close code; `by` is server, browser, or the reason for cutting it off."""
    if by in {"stuck", "silent"}:
        CUT_OFF.labels(by).inc()
    else:
        CLOSED.labels(str(code) if code in CLOSE_CODES else "other", by).inc()
