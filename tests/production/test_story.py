"""People use the whole stack: haproxy → nginx → gunicorn → PostgreSQL and Redis."""

import asyncio
import os
import re
import time
from collections import Counter

import aiohttp
import pytest
from playwright.async_api import Browser

from tests.browser.screens import Screen
from tests.faults.checker import Report
from tests.faults.registry import closes
from tests.production.judging import judge
from tests.production.stage import Stage
from tests.production.visitors import Visitors
from tests.support.processes import children


@pytest.mark.parametrize("front", ["haproxy", "alone"])
async def test_ana_and_ben_talk_in_browsers_through_the_whole_stack(
    stage: Stage,
    browser: Browser,
    front: str,
) -> None:
    url = f"https://localhost:{stage.ports[front]}"
    screens = []
    for name in (f"Ana-{front}", f"Ben-{front}"):
        context = await browser.new_context(base_url=url, locale="en-US", ignore_https_errors=True)
        screens.append(await Screen.open(context, name))
        await screens[-1].joins()
    ana, ben = screens
    thread = await ana.writes_to(ben.name, "Hello")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ben.sees_messages("Hello")
    await ben.writes("Hello, Ana")
    await ana.sees_messages("Hello", "Hello, Ana")
    await stage.restart(1)
    await stage.restart(2)
    await ana.writes("Still there?")
    await ben.sees_messages("Hello", "Hello, Ana", "Still there?")
    for screen in screens:
        assert screen.troubles == []
        await screen.page.context.close()


async def test_a_rolling_restart_under_load_loses_nothing_and_refuses_nobody(talk: Stage) -> None:
    await talk.people_talk(10, behind_the_cut=True)
    report = Report("restarted one by one")
    async with Visitors(talk) as visitors:
        for front in (talk.url, talk.cut_url):
            await visitors.come(front, 2)
        start = time.monotonic()
        took = [await talk.restart(number) for number in (1, 2, 1, 2, 1, 2)]
    people = talk.talkers + talk.listeners
    codes = [code for talker in people for at, code in talker.closes if at >= start]
    refusals = visitors.refusals + Counter(status for talker in people for status in talker.refused)
    report.measured |= {"slowest end": f"{max(took):.1f} s", "closed with 1001": f"{codes.count(1001)} of {len(codes)}",
                        "pages and forms": str(visitors.answered)}  # fmt: skip
    report.expect(set(codes) == {1001}, "every socket is closed with 1001")
    report.expect(max(took) < 4, "an instance ends within 4 s")
    report.expect(not refusals, f"nobody is refused by a proxy: {dict(refusals)}")
    report.expect(visitors.answered > 500, "many pages and forms were asked for")
    await judge(talk, report, time.monotonic())


async def test_people_talk_over_sockets_through_nginx_alone(talk: Stage) -> None:
    """This is how a single server works; behind haproxy, sockets bypass nginx."""

    def ended() -> int:
        return talk.log("nginx-alone-access").count('"GET /messages/ws HTTP/1.1" 101')

    before = ended()
    await talk.people_talk(5, behind_the_cut=True)
    people = talk.talkers + talk.listeners
    await judge(talk, Report("through nginx alone"), time.monotonic())
    assert not any(each.closes for each in people)
    await talk.everyone_leaves()
    there = [each for each in people if each.url == talk.cut_url]
    await talk.until(lambda: ended() == before + len(there), 10)


async def test_a_reload_by_sighup_loses_nothing(talk: Stage) -> None:
    await talk.people_talk(10)
    report, start = Report("SIGHUP"), time.monotonic()
    for number in (1, 2):
        talk.process(f"gunicorn-{number}").send_signal(1)
    await talk.until(lambda: len(closes(talk, start)) >= len(talk.talkers), 30)
    codes = [code for talker in talk.talkers + talk.listeners for at, code in talker.closes if at >= start]
    report.expect(set(codes) == {1001}, "every socket is closed with 1001")
    await judge(talk, report, time.monotonic())


async def test_an_instance_that_is_killed_loses_nothing(talk: Stage) -> None:
    await talk.people_talk(10)
    report = Report("kill -9 of an instance")
    instance = talk.process("gunicorn-1")
    for pid in (instance.pid, *children(instance.pid)):
        os.kill(pid, 9)
    killed = time.monotonic()
    instance.wait()
    await asyncio.sleep(2)
    talk.start_instance(1)
    await talk.instance_ready(1)
    await judge(talk, report, killed)


async def test_restarting_haproxy_and_nginx_loses_nothing(talk: Stage) -> None:
    await talk.people_talk(5)
    report = Report("nginx and haproxy reloaded and restarted")
    talk.process("nginx").send_signal(1)
    await asyncio.sleep(1)
    talk.end("haproxy")
    talk.start_haproxy()
    await talk.ready()
    await judge(talk, report, time.monotonic())


async def test_nginx_serves_static_files_compressed_and_cached_for_ever(stage: Stage) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{stage.url}/messages/sign-in/", ssl=stage.trust) as answer:
            page = await answer.text()
        style = re.findall(r'href="(/messages/static/[^"]+\.css)"', page)[0]
        asked, packed = f"{stage.url}{style}?asked-here", {"Accept-Encoding": "gzip"}
        async with http.get(asked, ssl=stage.trust, headers=packed) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "@layer" in await answer.text()
        assert "asked-here" not in stage.log("gunicorn-1") + stage.log("gunicorn-2")
        older = re.sub(r"/static/\w+/", "/static/0123456789abcdef/", style)
        async with http.get(stage.url + older, ssl=stage.trust) as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")


@pytest.fixture(autouse=True)
async def whole(stage: Stage) -> None:
    """Starts each test with everything running."""
    await stage.instance_ready(1)
    await stage.instance_ready(2)
    await stage.ready()
