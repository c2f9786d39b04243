"""People who talk while a webhook's receiver is away, compared with no webhook: sending pays nothing for it."""

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

from aiohttp.test_utils import unused_port

from bench.report import Figure, percentile, say
from bench.scenarios.latency import PAIRS, RATE, run
from bench.scenarios.throughput import promises
from bench.stage import ROOT, Server, Stage, wait_for
from bench.talk import Talk

MORE = 1.25  # times the p99 without a webhook: more than two runs of the same differ
PATIENCE = 10  # seconds for the courier to end


def webhooks(stage: Stage) -> Iterator[Figure]:
    seconds = 1.5 if stage.quick else 6
    with stage.product() as server:
        threads = server.provision(users=2 * PAIRS, threads=PAIRS)
        without = run(RATE, threads, server, seconds)
        say("webhooks: the same, with one whose receiver never answers")
        with never_answered(server) as beside:
            stuck = run(RATE, threads, beside, seconds)
        waiting = server.query("select count(*) from webhook_positions where due_at is not null")[0][0]
    yield from compared(without, stuck)
    yield Figure("webhooks", "CPU a second, courier", stuck.cpu["courier"] / stuck.seconds * 1e3, "ms", at_most=20)
    yield Figure(
        "webhooks", "CPU a message, PostgreSQL", stuck.cpu_each("PostgreSQL"), "µs",
        without.cpu_each("PostgreSQL"), "without a webhook",
    )  # fmt: skip
    yield Figure("webhooks", "threads that wait for the receiver", waiting, at_least=1)
    yield from promises("webhooks", without, stuck)


def compared(without: Talk, stuck: Talk) -> Iterator[Figure]:
    for name, one, other in (
        ("acknowledged", stuck.answers, without.answers),
        ("on the partner's screen", stuck.delays, without.delays),
    ):
        for percent in (50, 99):
            yield Figure(
                "webhooks", f"at {RATE}/s, {name}, p{percent}", percentile(one, percent) * 1e3, "ms",
                percentile(other, percent) * 1e3, "without a webhook",
                ratio_at_most=MORE if percent == 99 else None,
            )  # fmt: skip


@contextlib.contextmanager
def never_answered(server: Server) -> Iterator[Server]:
    """Runs a courier with a webhook whose receiver takes connections and says nothing.

    Its start, which takes a second of a core, is over when this yields the server with the courier beside it.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as receiver:
        port, metrics = receiver.getsockname()[1], unused_port()
        environ = server.environ | {"WEBHOOK_HOSTS": f"127.0.0.1:{port}", "METRICS_PORT": str(metrics)}
        command = [sys.executable, "-m", "chatserver"]
        adding = [*command, "webhook", "add", f"http://127.0.0.1:{port}/"]
        subprocess.run(adding, env=environ, cwd=ROOT, capture_output=True, check=True)  # noqa: S603
        courier = subprocess.Popen(  # noqa: S603
            [*command, "courier"], env=environ, cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(f"http://127.0.0.1:{metrics}/metrics", courier)
            yield replace(server, group={**server.group, "courier": courier.pid})
        finally:
            courier.terminate()
            courier.wait(PATIENCE)
