"""How 100 simultaneous sign-ins affect those who talk, and whether the time of a sign-in reveals who has an account."""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from statistics import median

from bench import door, talk
from bench.door import Entries
from bench.load import load
from bench.pacer import now
from bench.processes import Group
from bench.report import Figure, percentile, say
from bench.scenarios.throughput import promises
from bench.stage import Stage, Threads
from bench.talk import Talk
from chatserver.accounts.passwords import hash_password

PAIRS = 50
RATE = 100  # messages a second
CROWD = 100
PASSWORD = "a benchmark, not a secret"  # noqa: S105


def sign_in(stage: Stage) -> Iterator[Figure]:
    seconds, times = (2, 10) if stage.quick else (10, 100)
    with stage.product() as server:
        threads = server.provision(users=max(2 * PAIRS, CROWD), threads=PAIRS)
        server.query(f"update users set password_hash = '{hash_password(PASSWORD)}'")  # noqa: S608
        names = [name for (name,) in server.query(f"select name from users order by id desc limit {CROWD}")]  # noqa: S608
        say("sign-in: no sign-ins")
        alone, _ = load(talking, threads, server.group, server.url, [], seconds=seconds)
        say(f"sign-in: {CROWD} sign in at once")
        ours, entries = load(talking, threads, server.group, server.url, names, seconds=seconds)
        say("sign-in: guesses")
        known, unknown = load(door.guess, server.url, [names[0], "nobody-by-this-name"], "a guess", times=times)
    for percent, at_most in ((50, None), (99, 200)):
        slow, quiet = (percentile(talked.delays, percent) * 1e3 for talked in (ours, alone))
        name = f"at {RATE}/s, on the partner's screen, p{percent}"
        yield Figure("sign-in", name, slow, "ms", quiet, "no sign-ins", at_most=at_most)
    yield Figure("sign-in", "load generator's own lag, p99", percentile(ours.lags, 99) * 1e3, "ms")
    yield Figure("sign-in", f"{CROWD} at once: signed in", len(entries.times) / entries.seconds, "/s")
    for percent in (50, 99):
        yield Figure("sign-in", f"{CROWD} at once: signed in, p{percent}", percentile(entries.times, percent), "s")
    yield Figure("sign-in", f"{CROWD} at once: asked to come again", entries.refused)
    yield Figure("sign-in", "wrong password, median", median(known) * 1e3, "ms")
    yield Figure("sign-in", "unknown name, median", median(unknown) * 1e3, "ms", median(known) * 1e3, "wrong password")
    yield from promises("sign-in", alone, ours)


async def talking(
    threads: Threads, group: Group, url: str, names: Sequence[str], *, seconds: float
) -> tuple[Talk, Entries]:
    """Measures a talk while these people sign in all the time."""
    entries, start = Entries(), now()
    crowd = asyncio.create_task(door.enter(url, names, PASSWORD, entries))
    talked = await talk.open_loop(threads, group, durable=True, rate=RATE, seconds=seconds)
    entries.seconds = now() - start
    crowd.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await crowd
    return talked, entries
