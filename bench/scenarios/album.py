"""A chat of 500 pictures, scrolled through in a real Chromium: how long its frames take."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from playwright.async_api import async_playwright

from bench import uploads
from bench.load import load
from bench.report import Figure, percentile, say
from bench.scenarios.files import photo
from bench.scenarios.visit import PHONE
from bench.stage import Seat, Server, Stage, StageError
from chatserver.files.folder import Folder
from chatserver.files.storage import SMALL
from tests.support.chromium import launch

PICTURES, QUICK = 500, 100
STEP = 100  # px a frame: a quick thumb
FRAME, WORST = 34, 100  # ms: two frames of a screen; what looks like a stop
SCROLL = """async ([pictures, step]) => {
  const log = document.getElementById('log');
  const frames = [];
  let before = performance.now();
  while (document.querySelectorAll('#messages .picture').length < pictures || -log.scrollTop < log.scrollHeight / 2) {
    await new Promise(requestAnimationFrame);
    frames.push(performance.now() - before);
    before = performance.now();
    log.scrollTop -= step;
  }
  return frames;
}"""


def album(stage: Stage) -> Iterator[Figure]:
    number = QUICK if stage.quick else PICTURES
    stage.environ |= {"UPLOADS_A_MINUTE": "0"}
    with stage.product() as server:
        [[seat, _]] = server.provision(users=2, threads=1, messages=number)
        say(f"album: {number} pictures")
        if not load(uploads.upload, server.url, [seat.cookie], photo(1200, 900), 3):
            raise StageError("No picture was uploaded.")
        give_pictures(server, seat, number)
        frames = asyncio.run(scrolled(server, seat, number))
    yield Figure("album", f"{number} pictures scrolled: a frame, p95", percentile(frames, 95), "ms", at_most=FRAME)
    yield Figure("album", f"{number} pictures scrolled: longest frame", max(frames), "ms", at_most=WORST)


def give_pictures(server: Server, seat: Seat, number: int) -> None:
    """Gives each message of the thread one of the uploaded pictures, under a key of its own."""
    keys = [str(key) for (key,) in server.query("select key from files where is_ready and has_small")]
    folder = Folder(Path(server.environ["DATA_DIR"]) / "files")
    pairs = [(keys[place % len(keys)], str(uuid4())) for place in range(number)]
    for source, key in pairs:
        folder.path(key).parent.mkdir(parents=True, exist_ok=True)
        for part in ("", SMALL):
            os.link(folder.path(source).with_name(source + part), folder.path(key).with_name(key + part))
    server.query(
        "insert into files (id, user_id, key, thread_id, seq, place, is_ready, name, type, bytes, width, height,"
        " is_animated, has_small, touched_at)"
        " select gen_random_uuid(), f.user_id, p.key, %s, p.seq, 1, true, f.name, f.type, f.bytes, f.width, f.height,"
        " f.is_animated, f.has_small, now()"
        " from unnest(%s::uuid[], %s::uuid[]) with ordinality as p (source, key, seq) join files f on f.key = p.source",
        (seat.thread, *map(list, zip(*pairs, strict=True))),
    )
    server.query("update messages set text = '', flags = 2 where thread_id = %s", (seat.thread,))
    server.query("vacuum analyze")


async def scrolled(server: Server, seat: Seat, number: int) -> list[float]:
    """Scrolls from the newest picture to the oldest on a phone; returns the milliseconds of each frame."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(base_url=server.url, **PHONE)  # type: ignore[arg-type]
        name, _, value = seat.cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": server.url}])
        page = await context.new_page()
        await page.goto(f"/messages/chat/{seat.thread}/?at=end")
        await page.locator("#messages .picture img").last.evaluate("image => image.decode()")
        frames: list[float] = await page.evaluate(SCROLL, [number, STEP])
        await browser.close()
        return frames
