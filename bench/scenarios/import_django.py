"""Moving in: an SQLite file of the original is imported while people talk."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import talk
from bench.load import load
from bench.needs import FOLDER
from bench.original import make_original
from bench.processes import cpu, cpu_since
from bench.report import Figure, percentile, say
from bench.stage import ROOT, Server, Stage, StageError, Threads

MESSAGES, QUICK_MESSAGES = 200_000, 20_000  # IMPORT_MESSAGES is another number, such as the million of the goals
GOAL, MEMORY = 1_000_000 / 300, 300  # messages a second; MiB


def import_django(stage: Stage) -> Iterator[Figure]:
    messages = QUICK_MESSAGES if stage.quick else int(os.environ.get("IMPORT_MESSAGES", MESSAGES))
    with stage.product() as server, TemporaryDirectory(prefix="bench-", dir=FOLDER) as folder:
        talking = server.provision(users=20, threads=10)
        yield from sending(server, talking, "alone")
        say(f"import-django: making {messages:,} messages")
        source = make_original(Path(folder) / "db.sqlite3", messages)
        yield from importing(server, talking, source, messages)
        say("import-django: once more")
        began = time.monotonic()
        finish(start(server, source))
        yield Figure("import-django", "nothing new", messages / (time.monotonic() - began), "/s")


def importing(server: Server, talking: Threads, source: Path, messages: int) -> Iterator[Figure]:
    """Imports while people talk; peak memory is that of the command alone."""
    say(f"import-django: importing {messages:,} messages")
    began, before = time.monotonic(), cpu(server.group)
    command = start(server, source)
    yield from sending(server, talking, "during the import")
    memory = finish(command)
    seconds, used = time.monotonic() - began, cpu_since(before, server.group)
    stored = server.query("select count(*) from messages where flags = 4")[0][0]
    yield Figure("import-django", "messages", messages / seconds, "/s", at_least=GOAL)
    yield Figure("import-django", "memory of the command", memory, "MiB", at_most=MEMORY)
    yield Figure("import-django", "PostgreSQL's CPU each", used["PostgreSQL"] / messages * 1e6, "µs")
    yield Figure("import-django", "not stored", messages - stored, at_most=0)


def start(server: Server, source: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "chatserver", "import-django", str(source)]
    return subprocess.Popen(command, env=server.environ, cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603


def finish(command: "subprocess.Popen[bytes]") -> float:
    """Waits for the end of a command, and returns the most MiB that it had. Raises StageError."""
    _, status, usage = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode:
        raise StageError("The import failed.")
    return usage.ru_maxrss / 1024


def sending(server: Server, talking: Threads, meanwhile: str) -> Iterator[Figure]:
    said = load(talk.closed_loop, talking, server.group, durable=True, in_flight=1, seconds=3)
    yield Figure("import-django", f"sending, {meanwhile}: p99", percentile(said.answers, 99) * 1e3, "ms")
