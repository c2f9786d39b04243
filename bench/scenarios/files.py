"""Pictures and files: what encoding one costs, and what people who write notice while others upload."""

import io
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from bench import talk, uploads
from bench.blocks import LOG_INTERVAL, LOGGED, longest
from bench.load import load
from bench.report import Figure, percentile, say
from bench.stage import Server, Stage, StageError
from chatserver.files.pictures import PROCESS

PEOPLE, RATE = 20, 100  # who upload; messages a second of others
WIDTH, HEIGHT = 4000, 3000
LARGE = 25 * 1024**2  # bytes
CPU, MEMORY, P99, BLOCK = 700, 200, 50, 50  # ms, MiB, ms, ms
GROWTH, KEPT = 1, 6  # MiB


def files(stage: Stage) -> Iterator[Figure]:
    say("files: a photo")
    content = photo(WIDTH, HEIGHT)
    seconds, memory = encoded(content)
    yield Figure("files", "a 12-megapixel JPEG: CPU", seconds * 1e3, "ms", at_most=CPU)
    yield Figure("files", "a 12-megapixel JPEG: memory", memory / 1024, "MiB", at_most=MEMORY)
    stage.environ |= {"UPLOADS_A_MINUTE": "0", "FILE_QUOTA": "0", "BENCH_BLOCKS": "on"}
    with stage.product() as server:
        shown = photo(1600, 1200)
        kept, grown = memory_of_uploads(server, shown)
        yield Figure("files", "25 MiB uploaded: a worker's growth", grown, "MiB", at_most=GROWTH)
        yield Figure("files", "after files and pictures: a worker keeps", kept, "MiB", at_most=KEPT)
        before = len(stage.logged(LOGGED))  # a worker that starts keeps nobody waiting
        yield from meanwhile(server, shown, 2 if stage.quick else 8)
        time.sleep(LOG_INTERVAL)  # one that stops does neither
        late, own = longest(stage.logged(LOGGED)[before:])
    yield Figure("files", "longest block of an event loop", late, "ms")
    yield Figure("files", "the same without waits for a core", own, "ms", at_most=BLOCK)


def photo(width: int, height: int) -> bytes:
    """Returns a JPEG with the detail of a photo: noise of two sizes over slopes."""
    coarse = Image.effect_noise((width // 4, height // 4), 40).resize((width, height), Image.Resampling.BICUBIC)
    slope = Image.linear_gradient("L").resize((width, height))
    gray = Image.blend(Image.blend(coarse, slope, 0.6), Image.effect_noise((width, height), 12), 0.2)
    file = io.BytesIO()
    Image.merge("RGB", (gray, Image.blend(gray, slope, 0.5), Image.blend(coarse, slope, 0.7))).save(
        file, "JPEG", quality=90
    )
    return file.getvalue()


def encoded(content: bytes) -> tuple[float, int]:
    """Encodes a picture as the server does; returns the seconds of CPU and the KiB of memory."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as shown, tempfile.TemporaryFile() as small:
        source.write(content)
        source.flush()
        files = [file.fileno() for file in (source, shown, small)]
        command = [sys.executable, "-I", str(PROCESS), *map(str, files), "0", "0"]
        timed = [sys.executable, "-c", TIMED, *command]
        ran = subprocess.run(timed, pass_fds=files, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode:
        raise StageError("The picture was not encoded.")
    seconds, memory = ran.stdout.split()[-2:]
    return float(seconds), int(memory)


# In a process of its own: `ru_maxrss` of children is that of the largest one so far.
TIMED = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, close_fds=False)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)"""


def memory_of_uploads(server: Server, picture: bytes) -> tuple[float, float]:
    """Returns the MiB that a worker keeps after its first files and pictures, and by how many its peak rises then."""
    [[seat, _]] = server.provision(users=2, threads=1)
    master = server.group["server"]
    workers = [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
    large = b"%PDF" * (LARGE // 4)
    load(uploads.upload, server.url, [seat.cookie] * 16, b"", 0)  # only the page, from both workers
    unused = [memory_of(worker, "VmRSS") for worker in workers]
    for content in large, picture:
        load(uploads.upload, server.url, [seat.cookie] * 4, content, 1)
    for worker in workers:
        Path(f"/proc/{worker}/clear_refs").write_text("5")  # forgets the peak
    used = [memory_of(worker, "VmRSS") for worker in workers]
    load(uploads.upload, server.url, [seat.cookie], large, 0.1)
    peaks = [memory_of(worker, "VmHWM") for worker in workers]
    return difference(used, unused) / 1024, difference(peaks, used) / 1024


def difference(now: list[int], before: list[int]) -> int:
    return max(one - other for one, other in zip(now, before, strict=True))


def memory_of(pid: int, which: str) -> int:
    """Returns KiB."""
    found = re.search(rf"{which}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


def meanwhile(server: Server, content: bytes, seconds: float) -> Iterator[Figure]:
    """People write, first alone, then while others upload."""
    talking = server.provision(users=2 * PEOPLE, threads=PEOPLE)
    cookies = [seat.cookie for thread in server.provision(users=PEOPLE, threads=PEOPLE // 2) for seat in thread]
    write = partial(load, talk.open_loop, talking, server.group, durable=True, rate=RATE, seconds=seconds)
    alone = percentile(write().answers, 99) * 1e3
    say(f"files: {PEOPLE} people upload, others write")
    with ThreadPoolExecutor(1) as beside:
        done = beside.submit(load, uploads.upload, server.url, cookies, content, seconds + 2)
        slowest = percentile(write().answers, 99) * 1e3
        yield Figure("files", f"{PEOPLE} people upload: uploads", done.result() / (seconds + 2), "/s")
    name = f"{PEOPLE} people upload: messages, p99"
    yield Figure("files", name, slowest, "ms", limit=alone, limit_name="messages alone", at_most=P99)
