"""What Prometheus is told, and that only Prometheus is told it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from yarl import URL

from chatserver.config.settings import Config
from chatserver.conversations.messages import Message, message_frame
from chatserver.resources import folder
from chatserver.telemetry.metrics import REGISTRY, Deliveries
from tests.support.metrics import Values, ask, folders, sockets_by_worker, until, value, values
from tests.support.people import PATIENCE, Person
from tests.support.processes import environment, process
from tests.support.repository import ROOT
from tests.support.servers import Serve

DEPLOY = folder("deploy")


@pytest.fixture
async def port(serve: Serve) -> int:
    port = unused_port()
    await serve(metrics_port=port)
    return port


@pytest.fixture
async def talked(port: int, config: Config) -> Values:
    """The measurements of a server where Ana wrote to Ben, less what was there before."""
    url = f"http://127.0.0.1:{config.port}/"
    before = await values(port)
    async with Person(URL(url), "Ana") as ana, Person(URL(url), "Ben") as ben:
        thread = await (await ana.sign_up()).writes_to(await ben.sign_up())
        assert (await ben.sign_in(password="wrong password")).status == 403
        at_ana, at_ben = await ana.socket(), await ben.socket()
        await at_ben.opens(thread, after=0)  # the first one is replayed
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
    assert value(talked, "publish_seconds_count") >= 2
    assert value(talked, "messages_delivered_total") == 2  # to Ana's list and Ben's chat
    assert value(talked, "delivery_seconds_count") == 1  # Ben was looking at it
    assert value(talked, "catch_ups_total", "replay") == 1
    assert value(talked, "refusals_total", "bad_frame") == 1
    assert value(talked, "refusals_total", "wrong_password") == 1
    assert value(talked, "sockets_closed_total", "1000", "browser") == 1
    assert value(talked, "http_requests_total", "POST", "/messages/sign-in/", "403") == 1
    assert value(talked, "http_request_seconds_count", "/messages/ws") == 2


async def test_a_delivery_takes_as_long_as_since_the_message_was_stored(talked: Values) -> None:
    assert 0 <= value(talked, "delivery_seconds_sum") < PATIENCE


def test_the_delivery_of_a_reply_is_measured_by_its_time_and_not_by_what_it_says() -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    text = ',"at":"2020-01-01T00:00:00.000Z"'
    reply = Message(1, 2, str(uuid4()), 1, "Ana", text, hour_ago, reply=1)
    before = REGISTRY.get_sample_value("chatserver_delivery_seconds_sum") or 0
    deliveries = Deliveries()
    deliveries.time(message_frame(reply))
    deliveries.pass_on()
    assert 3599 < (REGISTRY.get_sample_value("chatserver_delivery_seconds_sum") or 0) - before < 3700


async def test_the_loop_the_pool_and_the_memory_are_watched(talked: Values, port: int) -> None:
    found = await values(port)
    assert value(found, "loop_lag_seconds_count") > 0
    assert value(found, "database_connections_max") == 2
    assert value(found, "database_waiting") == value(found, "messages_waiting") == value(found, "news_waiting") == 0
    assert value(found, "redis_away") == 0
    assert value(found, "resident_memory_bytes") > 10_000_000
    assert value(found, "cpu_seconds_total") > 0


async def test_the_public_address_has_no_measurements(port: int, config: Config) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/metrics", "/metrics/", "/messages/metrics"):
            answer = await http.get(f"http://127.0.0.1:{config.port}{path}")
            assert answer.status == 404
            assert "chatserver_sockets" not in await answer.text()


async def test_nothing_listens_unless_a_port_is_set(serve: Serve) -> None:
    port = unused_port()
    await serve(metrics_port=0)
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(port)


async def test_neither_paths_nor_made_up_methods_become_series(port: int, config: Config) -> None:
    secret = "a-token-that-nobody-may-read"
    async with aiohttp.ClientSession(f"http://127.0.0.1:{config.port}") as http:
        for method, path in [
            ("GET", f"/messages/reset/{secret}/"),
            ("GET", f"/{secret}"),
            ("PROPFIND", "/healthz"),
        ]:
            await http.request(method, path)
    found = await ask(port)
    assert 'route="/messages/reset/{token}/"' in found
    assert 'method="other"' in found
    assert secret not in found.lower()


async def test_the_dashboard_and_the_alarms_name_only_what_is_measured(talked: Values, port: int) -> None:
    known = set(re.findall(r"^(?:# TYPE )?(chatserver_\w+)", await ask(port), flags=re.MULTILINE))
    for name in ("grafana-dashboard.json", "alerts.yml"):
        named = set(re.findall(r"\bchatserver_\w+", (DEPLOY / name).read_text()))
        assert len(named) > 5
        assert named <= known, name


async def test_the_handbook_lists_all_that_is_measured(talked: Values, port: int) -> None:
    families = set(re.findall(r"^# TYPE chatserver_(\w+)", await ask(port), flags=re.MULTILINE))
    listed = set(re.findall(r"^\| `(\w+)`", (folder("docs") / "operations.md").read_text(), flags=re.MULTILINE))
    assert listed == families


def test_the_dashboard_is_json_with_a_query_in_each_panel() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"]) > 10
    assert all(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def test_each_alarm_says_what_to_do() -> None:
    rules = (DEPLOY / "alerts.yml").read_text()
    assert rules.count("- alert:") == rules.count("summary:") == rules.count("description:") > 10


async def test_workers_are_added_up_and_one_that_dies_takes_only_its_sockets(config: Config, tmp_path: Path) -> None:
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


def test_a_port_in_use_is_reported_in_a_sentence(config: Config) -> None:
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
