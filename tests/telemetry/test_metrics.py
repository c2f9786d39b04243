"""The metrics for Prometheus, which only Prometheus can read."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

import aiohttp
import psycopg2
import pytest
from yarl import URL

from chatserver.bus.events import MessageStored, decode_event, encode_event
from chatserver.config.settings import Config
from chatserver.resources import folder
from tests.support.database import lock_is_waited_for
from tests.support.metrics import Values, ask, folders, sockets_by_worker, until, value, values
from tests.support.people import PATIENCE, Person
from tests.support.ports import unused_port
from tests.support.processes import environment, process
from tests.support.repository import ROOT
from tests.support.servers import Serve

DEPLOY = folder("deploy")
PARTS = ("batch_wait", "commit", "publish_wait", "wire", "delivery")


@pytest.fixture
async def port(serve: Serve) -> int:
    port = unused_port()
    await serve(metrics_port=port)
    return port


@pytest.fixture
async def talked(port: int, config: Config) -> Values:
    """The metrics of a server where Ana wrote to Ben, minus those from before."""
    url = f"http://127.0.0.1:{config.port}/"
    before = await values(port)
    async with Person(URL(url), "Ana") as ana, Person(URL(url), "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        assert (await ben.sign_in(password="wrong password")).status == 403
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread, after=0)  # the first message is replayed
        await at_ana.sends(thread)
        await at_ben.receives("message", seq=2)
        await at_ana.says("nonsense")
        await at_ana.receives("error")
        await at_ben.ws.close()

        async def passed_on() -> bool:
            now = await values(port)
            new = value(now, "messages_delivered_total") - value(before, "messages_delivered_total")
            return new >= 2 and value(now, "sockets") == 1

        await until(passed_on)
        now = await values(port)
        await at_ana.ws.close()
    return {key: number - before.get(key, 0) for key, number in now.items()}


async def test_what_people_do_is_counted(talked: Values) -> None:
    assert value(talked, "handshakes_total") == 2
    assert value(talked, "messages_stored_total") == 2
    assert value(talked, "commit_batch_messages_count") == value(talked, "commit_seconds_count") == 2
    assert value(talked, "batch_wait_seconds_count") == 2
    assert value(talked, "publish_seconds_count") >= 2
    assert value(talked, "publish_wait_seconds_count") >= 2
    assert value(talked, "wire_seconds_count") == 2
    assert value(talked, "messages_delivered_total") == 2  # to Ana's list and Ben's chat
    assert value(talked, "delivery_seconds_count") == 1  # Ben had it open
    assert value(talked, "catch_ups_total", "replay") == 1
    assert value(talked, "refusals_total", "bad_frame") == 1
    assert value(talked, "refusals_total", "wrong_password") == 1
    assert value(talked, "sockets_closed_total", "1000", "browser") == 1
    assert value(talked, "http_requests_total", "POST", "/messages/sign-in/", "403") == 1
    assert value(talked, "http_request_seconds_count", "/messages/ws") == 2


async def test_each_part_of_the_way_of_a_message_is_measured(serve: Serve, config: Config) -> None:
    """Ana sends two messages while PostgreSQL is busy: the second waits until the batch of the first is committed."""
    port = unused_port()
    url = await serve(metrics_port=port, database_timeout=PATIENCE)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread)
        before = await values(port)
        with closing(psycopg2.connect(config.database_url)) as busy:
            busy.cursor().execute("lock table messages in access exclusive mode")
            await at_ana.sends(thread)
            await lock_is_waited_for(config)
            await at_ana.sends(thread)
            await at_ana.everything_so_far()
            start = monotonic()
            await at_ana.everything_so_far()
            waited = monotonic() - start
        await at_ben.receives("message", seq=3)

        async def passed_on() -> bool:
            name = "delivery_seconds_count"
            return value(await values(port), name) == value(before, name) + 2

        await until(passed_on)
        now = await values(port)
        new = {part: value(now, f"{part}_seconds_sum") - value(before, f"{part}_seconds_sum") for part in PARTS}
    assert waited < new["batch_wait"] < PATIENCE
    assert waited < new["commit"] < PATIENCE
    assert 0 < new["publish_wait"] < PATIENCE
    assert 0 < new["wire"] < PATIENCE
    assert waited < new["delivery"] < 2 * PATIENCE


def test_a_message_is_published_as_the_version_before_reads_it() -> None:
    """During an update its processes get the events of ours, and drop every type that they do not know."""
    assert encode_event(MessageStored(7, 41, "{}", arrived=1_700_000_000.5)) == b"message 7 41\n{}"
    assert decode_event(b"message 7 41\n{}", arrived=1.5) == MessageStored(7, 41, "{}", 1.5)


async def test_the_event_loop_the_pool_and_the_memory_are_measured(talked: Values, port: int) -> None:
    found = await values(port)
    assert value(found, "loop_lag_seconds_count") > 0
    assert value(found, "database_connections_max") == 2
    assert value(found, "database_waiting") == value(found, "messages_waiting") == value(found, "news_waiting") == 0
    assert value(found, "redis_away") == 0
    assert value(found, "resident_memory_bytes") > 10_000_000
    assert value(found, "cpu_seconds_total") > 0


async def test_the_public_address_serves_no_metrics(port: int, config: Config) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/metrics", "/metrics/", "/messages/metrics"):
            async with http.get(f"http://127.0.0.1:{config.port}{path}") as answer:
                assert answer.status == 404
                assert "chatserver_sockets" not in await answer.text()


async def test_metrics_are_served_only_if_a_port_is_set(serve: Serve) -> None:
    port = unused_port()
    await serve(metrics_port=0)
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(port)


async def test_paths_and_unknown_methods_create_no_series(port: int, config: Config) -> None:
    secret = "a-token-that-nobody-may-read"
    async with aiohttp.ClientSession(f"http://127.0.0.1:{config.port}") as http:
        for method, path in [
            ("GET", f"/messages/reset/{secret}/"),
            ("GET", f"/{secret}"),
            ("PROPFIND", "/healthz"),
        ]:
            async with http.request(method, path) as answer:
                await answer.read()
    found = await ask(port)
    assert 'route="/messages/reset/{token}/"' in found
    assert 'method="other"' in found
    assert secret not in found.lower()


async def test_the_dashboard_and_the_alerts_use_only_existing_metrics(talked: Values, port: int) -> None:
    known = set(re.findall(r"^(?:# TYPE )?(chatserver_\w+)", await ask(port), flags=re.MULTILINE))
    for name in ("grafana-dashboard.json", "alerts.yml"):
        named = set(re.findall(r"\bchatserver_\w+", (DEPLOY / name).read_text()))
        assert len(named) > 5
        assert named <= known, name


async def test_the_operators_guide_lists_all_metrics(talked: Values, port: int) -> None:
    families = set(re.findall(r"^# TYPE chatserver_(\w+)", await ask(port), flags=re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)`", (folder("docs") / "operations.md").read_text(), flags=re.MULTILINE))
    assert listed == families


def test_the_dashboard_is_json_with_a_query_in_each_panel() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) > 10
    assert all(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def test_each_alert_says_what_to_do() -> None:
    rules = (DEPLOY / "alerts.yml").read_text()
    assert rules.count("- alert:") == rules.count("summary:") == rules.count("description:") > 10


async def test_metrics_of_workers_are_added_up_and_a_dead_worker_only_loses_its_sockets(
    config: Config, tmp_path: Path
) -> None:
    port = unused_port()
    gunicorn = [
        "gunicorn", "--config", "python:chatserver.gunicorn_conf", "--workers", "2", "--bind", "127.0.0.1:PORT",
    ]  # fmt: skip
    settings = {"METRICS_PORT": str(port), "TMPDIR": str(tmp_path), "RUNTIME_DIRECTORY": ""}
    async with process(config, ROOT, *gunicorn, **settings) as url, Person(url, "Ana") as ana:
        await ana.sign_up()
        sockets = [await ana.socket() for _ in range(8)]

        async def all_open() -> bool:
            return value(await values(port), "sockets") == len(sockets)

        await until(all_open)
        (shared,) = folders(tmp_path)
        assert len(list(shared.glob("counter_*.db"))) == 3
        dying, its_sockets = max(sockets_by_worker(shared).items(), key=lambda item: item[1])
        os.kill(dying, signal.SIGKILL)

        async def its_sockets_gone() -> bool:
            return value(await values(port), "sockets") == len(sockets) - its_sockets

        await until(its_sockets_gone)
        found = await values(port)
        assert value(found, "handshakes_total") == len(sockets)
        for each in sockets:
            await each.ws.close()
    assert not folders(tmp_path)


def test_a_metrics_port_in_use_is_reported_in_one_sentence(config: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environ = environment(config, METRICS_PORT=port)
        for command in (["chatserver", "serve"], ["gunicorn", "--config", "python:chatserver.gunicorn_conf"]):
            ended = subprocess.run(
                [sys.executable, "-m", *command], env=environ, cwd=ROOT, text=True, stderr=subprocess.PIPE,
                timeout=60, check=False,
            )  # fmt: skip
            assert ended.returncode != 0
            assert f"METRICS_PORT {port}" in ended.stderr
            assert "Traceback" not in ended.stderr
