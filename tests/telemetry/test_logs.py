"""The log has one line for each event, cannot be forged, and contains no secrets."""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chatserver.config.settings import Config
from chatserver.telemetry.logs import CountingHandler, JsonLines, PlainLines, log_config
from tests.support.people import PASSWORD, Person
from tests.support.processes import process
from tests.support.repository import ROOT
from tests.support.servers import API_KEY, Serve

SECRET = "what Ana says to Ben alone"


class Log:
    """The log of a test's server."""

    def __init__(self) -> None:
        self._stream = io.StringIO()
        self.handler = CountingHandler(self._stream)
        self.handler.setFormatter(JsonLines())
        self.handler.addFilter(lambda record: record.name != "aiohttp.access")  # written only by the test server

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self, message: str = "") -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if message in line["message"]]


@pytest.fixture
def log() -> Iterator[Log]:
    log, root = Log(), logging.getLogger()
    level = root.level
    root.addHandler(log.handler)
    root.setLevel(logging.INFO)
    yield log
    root.removeHandler(log.handler)
    root.setLevel(level)


async def test_a_request_is_logged_in_one_line_with_its_route_and_not_its_path(
    log: Log, ana: Person, ben: Person
) -> None:
    thread = await ana.writes_to(ben)
    await ana.get(f"/messages/chat/{thread}/?at=1&name={SECRET}")
    *_, line = log.lines("request")
    assert line["time"].endswith("Z")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/messages/chat/{thread}/", 200)
    assert (line["user"], line["address"]) == (ana.id, "127.0.0.1")
    assert line["bytes"] > 1000
    assert line["ms"] > 0
    assert line.keys() == {
        "time", "level", "logger", "message", "pid", "method", "route", "status", "ms", "bytes", "user", "address",
    }  # fmt: skip


async def test_health_checks_are_not_logged(log: Log, ana: Person) -> None:
    before = len(log.lines("request"))
    await ana.get("/healthz")
    assert len(log.lines("request")) == before


async def test_a_socket_is_logged_in_one_line_when_it_ends(log: Log, ana: Person) -> None:
    socket = await ana.socket()
    await socket.says("ping")
    await socket.receives("pong")
    await ana.sign_out()
    assert await socket.ends() == 4001
    while not log.lines("socket ended"):
        await ana.get("/healthz")
    (line,) = log.lines("socket ended")
    assert (line["user"], line["code"], line["by"], line["address"]) == (ana.id, 4001, "server", "127.0.0.1")
    assert (line["frames_in"], line["frames_out"]) == (1, 2)
    assert line["seconds"] >= 0


async def test_sign_ins_and_refusals_are_logged_with_the_address(log: Log, ana: Person) -> None:
    await ana.sign_in(password="a wrong password")
    await ana.sign_out()
    await ana.sign_in()
    for start in (
        "sign-in refused from 127.0.0.1",
        f"signed out: user {ana.id} from",
        f"signed in: user {ana.id} from",
    ):
        assert len(log.lines(start)) == 1, start


async def test_no_text_password_cookie_or_token_is_logged(log: Log, ana: Person, ben: Person, config: Config) -> None:
    thread = await ana.writes_to(ben, SECRET)
    page = await ana.get("/messages/")
    cookies = [cookie.value for person in (ana, ben) for cookie in person.http.cookie_jar]
    at_ana = await ana.socket()
    await at_ana.sends(thread, SECRET)
    await at_ana.receives("sent")
    await at_ana.ws.send_str(f'{{"type": "{SECRET}"}}')
    await at_ana.receives("error")
    await at_ana.ws.close()
    await ana.post_raw("/messages/sign-in/", {"csrf_token": SECRET, "username": SECRET, "password": SECRET})
    await ana.get(f"/messages/reset/{SECRET}/")
    await ana.get(f"/messages/people?name={SECRET}")
    await ana.get(f"/messages/?token={SECRET}")
    await ana.post_raw(
        f"/messages/send_message_api/{thread}/", {"api_key": API_KEY, "sender_id": "x", "message": SECRET}
    )
    assert len(log.lines("request")) > 10
    spelled = (SECRET, SECRET.replace(" ", "%20"), SECRET.replace(" ", "+"))
    for secret in (*spelled, PASSWORD, page.field("csrf_token"), API_KEY, *config.secret_keys, *cookies):
        assert secret not in log.text


async def test_users_cannot_forge_log_lines(log: Log, serve: Serve) -> None:
    url = await serve(trusted_proxies=("127.0.0.1",))
    forged = "%0d%0a2026-11-23T18:00:00.000Z INFO chatserver.web.pages.sign_in: signed in: user 1"
    async with Person(url, "Ana", headers={"User-Agent": "x\ty", "X-Forwarded-For": "nobody{}"}) as ana:
        await ana.get(f"/messages/{forged}")
        await ana.get(f"/messages/?next={forged}")
    assert len(log.lines("request")) == 2
    assert "user 1" not in log.text
    assert {line["address"] for line in log.lines("request")} == {"127.0.0.1"}


def made(message: str, error: Exception | None = None, **extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord({"msg": message, "name": "a.test", "levelname": "INFO", **extra})
    if error is not None:
        record.exc_info = (type(error), error, error.__traceback__)
    return record


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\x00", "\x1b[2J", "\x85", "\u2028"])
def test_control_characters_are_escaped(formatter: logging.Formatter, sign: str) -> None:
    for record in (made(f"one{sign}two"), made("one", field=f"one{sign}two")):
        line = formatter.format(record)
        assert len(line.splitlines()) == 1
        assert not re.search("[\x00-\x1f\x7f-\x9f]", line)
        assert "two" in line


def failed() -> Exception:
    try:
        raise ValueError("a\n2026-11-23T18:00:00.000Z INFO forged: line")
    except ValueError as error:
        return error


def test_a_traceback_is_one_line_of_json() -> None:
    line = JsonLines().format(made("it failed", failed()))
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["traceback"]


def test_the_lines_of_a_plain_traceback_are_indented() -> None:
    first, *others = PlainLines().format(made("it failed", failed())).split("\n")
    assert first.endswith("INFO a.test: it failed")
    assert all(line.startswith("    ") for line in others)


def test_a_plain_line_has_the_fields_after_the_message() -> None:
    line = PlainLines().format(made("request", status=200, route="/messages/"))
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO a\.test: request status=200 route=/messages/", line
    )


def test_development_logs_plain_lines_without_requests_and_production_logs_json_with_them(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(**changes: Any) -> tuple[Any, str]:
        found = log_config(replace(config, **changes))
        return found["formatters"]["lines"]["()"], found["loggers"]["chatserver.access"]["level"]

    def terminal(is_one: bool) -> None:
        monkeypatch.setattr("sys.stderr.isatty", lambda: is_one)

    terminal(False)
    assert chosen() == (PlainLines, "WARNING")
    assert chosen(app_env="production") == (JsonLines, "INFO")
    assert chosen(app_env="production", log_format="plain", access_log="off") == (PlainLines, "WARNING")
    assert chosen(log_format="json", access_log="on") == (JsonLines, "INFO")
    terminal(True)
    assert chosen(app_env="production") == (PlainLines, "INFO")


async def test_gunicorn_and_its_workers_log_only_json(config: Config, capfd: Any) -> None:
    gunicorn = [
        "gunicorn", "--config", "python:chatserver.gunicorn_conf", "--workers", "1", "--bind", "127.0.0.1:PORT",
    ]  # fmt: skip
    async with (
        process(config, ROOT, *gunicorn, LOG_FORMAT="json", ACCESS_LOG="on") as url,
        Person(url, "Ana") as ana,
    ):
        await ana.sign_up()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert any(line["message"].startswith("Booting worker") for line in lines)
    assert any(line["message"].startswith("signed up: user") for line in lines)
    assert any(line.get("route") == "/messages/sign-up/" for line in lines)
