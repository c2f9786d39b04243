"""Searching a million messages: in one thread, in 3 and in 1,000; indexing them, and sending meanwhile."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import quote

from bench import fetch, language, talk
from bench.fetch import PageRequest
from bench.language import Language
from bench.load import load
from bench.people import browser_headers
from bench.processes import cpu, cpu_since
from bench.report import Figure, percentile, say
from bench.stage import Seat, Server, Stage, StageError, Threads

MESSAGES, QUICK_MESSAGES = 1_000_000, 50_000
THREADS = (1, 3, 1000)
DIFFERENT = 250_000  # texts
CHUNK = 10_000  # texts in a statement
P95, RATE, EACH, SIZE = 50, 5000, 60, 0.6  # ms; messages a second; µs of PostgreSQL; of the texts' own size
SENT, UNCHANGED = 100, 1.25  # messages a second; times the p99 with nothing to index
WAIT = 3600  # seconds for the index
INDEX_SIZE = "select pg_total_relation_size('search_pieces') + pg_total_relation_size('search_words')"
LEFT = """\
select coalesce(sum(t.last_seq - coalesce(p.seq, 0)), 0)::bigint
from threads t left join search_positions p on p.thread_id = t.id"""


def search(stage: Stage) -> Iterator[Figure]:
    messages = QUICK_MESSAGES if stage.quick else MESSAGES
    stage.environ |= {"SEARCHES_A_MINUTE": "0", "SEARCH_INTERVAL": "0"}
    spoken = language.languages()
    with stage.product() as server:
        say(f"search: making {len(THREADS)} times {messages:,} messages")
        seats = {
            number: server.provision(users=3, threads=number, people=3, messages=messages // number)
            for number in THREADS
        }
        speak(server, language.texts(spoken, min(DIFFERENT, messages)))
        talking = server.provision(users=20, threads=10)
        say(f"search: sending {SENT} messages/s, nothing to index")
        quiet = sending(server, talking, stage)
    stage.environ["SEARCH_INTERVAL"] = "1"
    with stage.product() as server:
        talking = [[seat._replace(url=server.ws_url) for seat in each] for each in talking]
        yield from indexing(server, lambda: sending(server, talking, stage), quiet)
        server.query("vacuum analyze")
        for number in THREADS:
            for what, queries in kinds(spoken).items():
                yield from searching(server, seats[number][0][0], f"{number:,} threads: {what}", queries)


def speak(server: Server, texts: list[str]) -> None:
    """Gives all messages a text, each text to a few."""
    server.query("create table bench_texts (place bigint generated always as identity primary key, text text)")
    for start in range(0, len(texts), CHUNK):
        server.query("insert into bench_texts (text) select unnest(%s::text[])", (texts[start : start + CHUNK],))
    server.query(
        "update messages m set text = t.text from bench_texts t"
        " where t.place = 1 + (m.thread_id * 7919 + m.seq * 104729) %% %s",
        (len(texts),),
    )
    server.query("drop table bench_texts")
    server.query("vacuum full messages")
    server.query("vacuum analyze")


def sending(server: Server, talking: Threads, stage: Stage) -> float:
    """Returns the 99th percentile of the time until a message is on the partner's screen, in ms."""
    seconds = 2 if stage.quick else 20
    said = load(talk.open_loop, talking, server.group, durable=True, rate=SENT, seconds=seconds)
    return percentile(said.delays, 99) * 1e3


def indexing(server: Server, send: Callable[[], float], quiet: float) -> Iterator[Figure]:
    """Waits until all is indexed, while people send; `quiet`: the time of a message with nothing to index."""
    began, left = time.monotonic(), server.query(LEFT)[0][0]
    before = cpu(server.group)
    say(f"search: sending {SENT} messages/s, {left:,} messages to index")
    name = f"sending at {SENT}/s while it indexes, p99"
    yield Figure("search", name, send(), "ms", quiet, "nothing to index", ratio_at_most=UNCHANGED)
    say(f"search: indexing {left:,} messages")
    while server.query(LEFT)[0][0]:
        if time.monotonic() - began > WAIT:
            raise StageError(f"After {WAIT} s messages were still not indexed.")
        time.sleep(0.2)
    seconds, used = time.monotonic() - began, cpu_since(before, server.group)
    yield Figure("search", "indexing", left / seconds, "/s", at_least=RATE)
    yield Figure("search", "indexing: PostgreSQL's CPU each", used["PostgreSQL"] / left * 1e6, "µs", at_most=EACH)
    texts = server.query("select sum(octet_length(text)) from messages")[0][0]
    index = server.query(INDEX_SIZE)[0][0]
    yield Figure("search", "size of the index", index / 2**20, "MiB", texts / 2**20, "the texts", ratio_at_most=SIZE)


def searching(server: Server, seat: Seat, name: str, queries: list[str]) -> Iterator[Figure]:
    headers = browser_headers(seat.cookie, 0) | {"Accept": "application/json"}
    requested = [PageRequest(f"/messages/search/?q={quote(query)}", headers) for query in queries]
    reading = load(fetch.closed_loop, server.url, requested, server.group, readers=1, seconds=2, warm_up=0.5)
    if reading.failed:
        raise StageError(f"{reading.failed} of {reading.pages} searches for {queries[0]} were not a 200.")
    yield Figure("search", f"{name}, p95", percentile(reading.times, 95) * 1e3, "ms", at_most=P95)


def kinds(spoken: dict[str, Language]) -> dict[str, list[str]]:
    """Returns queries of each kind, made of words of known ranks."""
    russian, english = (spoken[name].words for name in ("ru", "en"))

    def long(start: int, number: int = 10, least: int = 6) -> list[str]:
        return [word for word in russian[start:] if len(word) >= least][:number]

    return {
        "rare word": long(20_000) + english[20_000:20_010],
        "frequent word": russian[20:30] + english[20:30],
        "two frequent words": [f"{one} {other}" for one, other in zip(russian[20:30], russian[60:70], strict=True)],
        "two that never meet": [f"{one} {other}" for one, other in zip(russian[50:55], english[50:55], strict=True)],
        "phrase": [f'"{one} {other}"' for one, other in zip(russian[:10], russian[100:110], strict=True)],
        "beginning": [word[:4] for word in long(3000)],
        "typing error": [word[:2] + word[3] + word[2] + word[4:] for word in long(5000)],
        "part of a word": [word[1:-1] for word in long(5000, least=8)],
        "nothing found": ["qqqqzzzz", "ъъъъыыыы", "щщщщъ", "xqzxqz"],
    }
