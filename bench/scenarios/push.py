"""Pushes: how many one core encrypts and signs, and what a look for what is due costs among a million threads."""

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import psycopg2
from yarl import URL

from bench.report import Figure, percentile, say
from bench.stage import Server, Stage
from chatserver.courier.looks import OVERLAP
from chatserver.courier.push.encryption import encrypt
from chatserver.courier.push.signature import Signatures
from chatserver.database.queries import load_queries
from chatserver.notifications.vapid import public_keys
from tests.support.pushing import VAPID_KEY, PushBrowser, decoded

THREADS, QUICK_THREADS, MOVING, PEOPLE = 1_000_000, 50_000, 10_000, 200_000
SUBSCRIBED = 2_000  # of the people, with an address for mails, too
LOOKS = 20
INTERVAL = 1  # seconds between two looks, by default
SHARE = 11  # looks that meet a thread, as new or within the overlap: an eleventh of them is new to each
MOVE = "update threads set last_message_at = clock_timestamp() where id <= %(moving)s and id %% %(share)s = %(turn)s"
PAYLOAD = b'{"thread": 7, "title": "Ana", "text": "%s"}' % (b"x" * 200)
MAKE = (
    "insert into users (name, name_key, password_hash)"
    " select 'p' || n, 'p' || n, '!' from generate_series(1, {people}) n",
    "insert into threads (last_seq, last_message_at)"
    " select 1, now() - case when n <= {moving} then interval '5 seconds' else n * interval '1 minute' end"
    " from generate_series(1, {threads}) n",
    "insert into participants (thread_id, user_id, sent, read_seq)"
    " select t, 1 + (t * 7919 + p * 104729) % {people}, 1 - p, 1 - p"
    " from generate_series(1::bigint, {threads}) t cross join generate_series(0, 1) p",
    "insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)"
    " select t, 1, 1 + (t * 7919) % {people}, gen_random_uuid(), 'Hello', now() - interval '5 seconds'"
    " from generate_series(1::bigint, {moving}) t",
    "insert into push_subscriptions"
    " (user_id, session_key, endpoint, p256dh, auth, vapid_key, browser, language, made_at)"
    " select n * {people} / {subscribed}, n, n, '', '', '', '', 'en', now() - interval '1 day'"
    " from generate_series(1, {subscribed}) n",
    "insert into notification_choices (user_id, email, language)"
    " select n * {people} / {subscribed}, n || '@example.org', 'en' from generate_series(1, {subscribed}) n",
    "vacuum analyze",
)


def push(stage: Stage) -> Iterator[Figure]:
    yield Figure("push", "encrypted and signed by one core", rate(0.5 if stage.quick else 3), "/s", at_least=1000)
    threads = QUICK_THREADS if stage.quick else THREADS
    with stage.product() as server:
        say(f"push: making {threads:,} threads, of which {MOVING:,} have moved")
        for statement in MAKE:
            server.query(statement.format(threads=threads, moving=MOVING, people=PEOPLE, subscribed=SUBSCRIBED))
        pushes = looks(server, "schedule_pushes", delay=4, pause=15)
        mails = looks(server, "schedule_digests", after=1800)
    yield Figure("push", f"a look at {threads:,} threads, the first", pushes[0] * 1e3, "ms")
    for what, times in (("a look", pushes), ("a look for mails", mails)):
        middle = percentile(times[1:], 50) * 1e3
        yield Figure("push", f"{what} at {threads:,} threads, p50 of the next", middle, "ms", at_most=20)


def rate(seconds: float) -> float:
    """Pushes a second."""
    browser, keys = PushBrowser(), public_keys([VAPID_KEY])
    given = browser.subscription["keys"]
    p256dh, auth, public = decoded(given["p256dh"]), decoded(given["auth"]), next(iter(keys))
    signatures = Signatures(keys, "mailto:ana@example.org")
    made, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        signatures.header(URL(browser.endpoint), public)
        encrypt(PAYLOAD, p256dh, auth)
        made += 1
    return made / (time.perf_counter() - began)


def looks(server: Server, query: str, **settings: float) -> list[float]:
    """Seconds of looks in a row: to the first all that has moved is new, to each later one an eleventh of it."""
    queries, times, horizon = load_queries(), [], None
    with closing(psycopg2.connect(server.environ["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for number in range(LOOKS):
            cursor.execute(MOVE, {"moving": MOVING, "share": SHARE if number else 1, "turn": number % SHARE})
            began = time.perf_counter()
            cursor.execute(queries["look_begins"].plain)
            [(at, begun, _)] = cursor.fetchall()
            since = at - OVERLAP - timedelta(seconds=INTERVAL)
            values = {"since": since, "horizon": horizon}
            cursor.execute(queries[query].plain, values | settings)
            times.append(time.perf_counter() - began)
            horizon = begun
    return times
