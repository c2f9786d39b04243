"""A program that sends by the API, and a site that signs its people in by tokens, on a few connections."""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator

from bench import programs
from bench.fetch import Reading
from bench.load import load
from bench.programs import Sender
from bench.report import Figure, percentile, say
from bench.stage import ROOT, Server, Stage

PAIRS = 200
CONNECTIONS = 8
COUNT = "select count(*) from messages"
SITE = "https://site.test/to-chat"
KNOWN = "insert into identities (issuer, subject, user_id, version) select 'site', 'bench-' || id, id, 1 from users"


def api(stage: Stage) -> Iterator[Figure]:
    seconds, secret = 2 if stage.quick else 8, secrets.token_bytes(32)
    stage.environ |= {"SSO_KEYS": f"bench:HS256:{base64.urlsafe_b64encode(secret).decode()}", "SSO_URL": SITE}
    with stage.product() as server:
        senders, key = prepare(server)
        say(f"api: {CONNECTIONS} connections send")
        before = server.query(COUNT)[0][0]
        sent: Reading = load(
            programs.send, server.url, key, senders, server.group, connections=CONNECTIONS, seconds=seconds
        )
        stored = server.query(COUNT)[0][0] - before
        say(f"api: {CONNECTIONS} connections sign people in")
        entered: Reading = load(
            programs.sign_in, server.url, secret, senders, server.group, connections=CONNECTIONS, seconds=seconds
        )
    yield from figures(sent, stored)
    yield from sign_ins(entered)


def prepare(server: Server) -> tuple[list[Sender], str]:
    """Makes pairs whom the site knows; returns the first of each, and a key."""
    threads = server.provision(users=2 * PAIRS, threads=PAIRS)
    server.query(KNOWN)
    first = dict(server.query("select thread_id, min(user_id) from participants group by thread_id"))
    command = [sys.executable, "-m", "chatserver", "key", "create", "bench"]
    made = subprocess.run(command, env=server.environ, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    senders = [Sender(f"bench-{first[seats[0].thread]}", seats[0].thread) for seats in threads]
    return senders, json.loads(made.stdout)["key"]


def figures(sent: Reading, stored: int) -> Iterator[Figure]:
    """What was measured; `stored` counts the messages of the warm-up, too."""
    yield Figure("api", f"durable messages, {CONNECTIONS} connections", sent.pages / sent.seconds, "/s", at_least=3000)
    for percent in (50, 99):
        yield Figure("api", f"a message, p{percent}", percentile(sent.times, percent) * 1e3, "ms")
    for name in ("server", "PostgreSQL", "redis"):
        yield Figure("api", f"CPU a message, {name}", sent.cpu_each(name) * 1e3, "µs")
    yield Figure("api", "not a 200", sent.failed, at_most=0)
    yield Figure("api", "answered but not stored", max(0, sent.pages - stored), at_most=0)


def sign_ins(entered: Reading) -> Iterator[Figure]:
    yield Figure("api", f"sign-ins by token, {CONNECTIONS} connections", entered.pages / entered.seconds, "/s")
    yield Figure("api", "CPU a sign-in, server", entered.cpu_each("server"), "ms", at_most=3)
    yield Figure("api", "CPU a sign-in, PostgreSQL", entered.cpu_each("PostgreSQL"), "ms")
    yield Figure("api", "CPU a sign-in, redis", entered.cpu_each("redis"), "ms")
    yield Figure("api", "sign-ins refused", entered.failed, at_most=0)
