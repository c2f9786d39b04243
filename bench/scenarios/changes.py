"""Edits and reactions: as many as possible, compared with messages; then all together, as people talk."""

from collections.abc import Iterator

from bench import talk
from bench.ledger import OWN
from bench.load import load
from bench.report import Figure, percentile, say
from bench.scenarios import throughput
from bench.stage import Server, Stage
from bench.talk import Talk

RATE = 500  # messages a second; changes come in addition
REACTS, EDITS = 0.15 / 0.8, 0.05 / 0.8  # for each message; 15 % and 5 % of all acts


def changes(stage: Stage) -> Iterator[Figure]:
    seconds = 1 if stage.quick else 8
    with stage.product() as server:
        say("changes: messages, edits, reactions")
        messages = throughput.run(server, seconds)
        edits, reactions = (run(server, act, seconds) for act in ("edit", "react"))
        say(f"changes: {RATE} messages/s, alone and with changes")
        alone, mixed = (people_talk(server, share, seconds) for share in (0, 1))
    for name, ours in (("edits", edits), ("reactions", reactions)):
        yield Figure(
            "changes", f"durable {name}", ours.rate, "/s", messages.rate, "durable messages", ratio_at_least=0.25
        )
        yield Figure(
            "changes", f"CPU of one of the {name}, all", ours.cpu_each(), "µs", messages.cpu_each(), "a message"
        )
        for part in ("server", "PostgreSQL", "redis"):
            limit = messages.cpu_each(part)
            yield Figure("changes", f"CPU of one of the {name}, {part}", ours.cpu_each(part), "µs", limit, "a message")
    for percent in (50, 99):
        for name, of in (("on the partner's screen", "delays"), ("acknowledged", "answers")):
            here, there = (percentile(getattr(one, of), percent) * 1e3 for one in (mixed, alone))
            yield Figure("changes", f"mixed at {RATE}/s, {name}, p{percent}", here, "ms", there, "messages alone")
    yield from throughput.promises("changes", edits, reactions, mixed)


def run(server: Server, act: str, seconds: float) -> Talk:
    pairs = throughput.PAIRS
    threads = server.provision(users=2 * pairs, threads=pairs, messages=2 * OWN)
    done: Talk = load(
        talk.closed_loop, threads, server.group, durable=server.durable, in_flight=throughput.IN_FLIGHT,
        seconds=seconds, act=act,
    )  # fmt: skip
    return done


def people_talk(server: Server, share: float, seconds: float) -> Talk:
    pairs = throughput.PAIRS
    threads = server.provision(users=2 * pairs, threads=pairs, messages=2 * OWN)
    done: Talk = load(
        talk.open_loop, threads, server.group, durable=server.durable, rate=RATE, seconds=seconds,
        reacts=share * REACTS, edits=share * EDITS,
    )  # fmt: skip
    return done
