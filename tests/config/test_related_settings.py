"""Settings that depend on each other: derived defaults, and combinations that are refused."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chatserver.config import relations as related_settings
from chatserver.config.load import load_config
from chatserver.config.settings import Config, ConfigError
from chatserver.config.sizes import NGINX_BODY
from tests.support.people import Person
from tests.support.repository import ROOT
from tests.support.servers import Serve

PRODUCTION = {
    "APP_ENV": "production", "DATABASE_URL": "postgresql://h/d", "REDIS_URL": "redis://h", "SECRET_KEYS": "s" * 16,
    "API_KEY": "a" * 16, "ORIGINS": "https://chat.example",
}  # fmt: skip


def load(tmp_path: Path, **settings: str) -> Config:
    return load_config({"DATA_DIR": str(tmp_path), **settings})


def problems(tmp_path: Path, **settings: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, **settings)
    return str(error.value)


# -- sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("characters", ["1", "10000", "12000", "100000"])
def test_the_longest_message_fits_into_a_form_and_a_frame_whatever_its_characters(
    tmp_path: Path, characters: str
) -> None:
    config = load(tmp_path, MAX_MESSAGE_CHARS=characters)
    text = "😀" * config.max_message_chars
    name, token = "ใ" * 30, "x" * 200
    form = urlencode({"csrf_token": token, "client_id": token, "recipient_name": name, "message": text})
    frame = json.dumps({"type": "send", "thread": 2**53, "id": token, "text": text})
    assert max(len(form), len(frame)) <= config.max_frame_bytes
    assert config.queue_bytes >= 2 * len(text)


async def test_twelve_thousand_emoji_are_sent_by_form(serve: Serve, tmp_path: Path) -> None:
    derived = load(tmp_path, MAX_MESSAGE_CHARS="12000")
    url = await serve(max_message_chars=12_000, max_frame_bytes=derived.max_frame_bytes)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        await ben.sign_up()
        thread = await ana.writes_to(ben, "😀" * 12_000)
        assert "😀" * 1000 in (await ben.get(f"/messages/chat/{thread}/")).text


@pytest.mark.parametrize("characters", ["0", "100"])
def test_short_messages_leave_the_sizes_as_they_are(tmp_path: Path, characters: str) -> None:
    config = load(tmp_path, MAX_MESSAGE_CHARS=characters)
    assert (config.max_frame_bytes, config.queue_bytes) == (Config.max_frame_bytes, Config.queue_bytes)


def test_explicit_sizes_are_kept(tmp_path: Path) -> None:
    config = load(tmp_path, MAX_MESSAGE_CHARS="50", MAX_FRAME_BYTES="20000", QUEUE_BYTES="0")
    assert (config.max_frame_bytes, config.queue_bytes) == (20_000, 0)
    assert load(tmp_path, MAX_MESSAGE_CHARS="99999", MAX_FRAME_BYTES="0").max_frame_bytes == 0


def test_the_nginx_samples_accept_what_the_defaults_allow() -> None:
    for sample in sorted((ROOT / "deploy").rglob("*.conf")):
        for size in re.findall(r"^ *client_max_body_size (\d+)k;", sample.read_text(), flags=re.MULTILINE):
            assert int(size) * 1024 == Config.max_frame_bytes, sample.name
            assert int(size) == NGINX_BODY
    assert list(related_settings.proxy_needs(Config())) == []


def test_a_proxy_must_accept_what_the_settings_allow(tmp_path: Path) -> None:
    needs = [
        list(related_settings.proxy_needs(load(tmp_path, **settings)))
        for settings in ({"MAX_MESSAGE_CHARS": "12000"}, {"MAX_FRAME_BYTES": "0"}, {"MAX_FRAME_BYTES": "131073"})
    ]
    assert [line.partition(";")[0].partition(" ")[2] for (line,) in needs] == ["145k", "0", "129k"]


# -- refused combinations, with values that would work ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"MAX_MESSAGE_CHARS": "12000", "MAX_FRAME_BYTES": "131072"},
            "MAX_FRAME_BYTES must be 148096 or more, or MAX_MESSAGE_CHARS 10581 at most: ",
        ),
        ({"MAX_FRAME_BYTES": "2000"}, "MAX_FRAME_BYTES must be 124096 or more, as MAX_MESSAGE_CHARS is 10000: "),
        ({"QUEUE_BYTES": "15000"}, "QUEUE_BYTES must be 20000 or more, as MAX_MESSAGE_CHARS is 10000: "),
        ({"FRAMES_PER_SECOND": "9"}, "FRAMES_PER_SECOND must be 10 or more, as MESSAGES_PER_SECOND is 10: "),
        ({"MESSAGES_BURST": "300"}, "FRAMES_BURST must be 300 or more, as MESSAGES_BURST is 300: "),
        ({"MAX_OPEN_THREADS": "250"}, "FRAMES_BURST must be 250 or more, as MAX_OPEN_THREADS is 250: "),
        ({"QUEUE_FRAMES": "100"}, "QUEUE_FRAMES must be 200 or more, as FRAMES_BURST is 200: "),
        ({"HANDSHAKES_PER_MINUTE": "10"}, "HANDSHAKES_PER_MINUTE must be 20 or more, as SOCKETS_PER_PERSON is 20: "),
        ({"PING_INTERVAL": "0"}, "PING_INTERVAL must be more than 0 and at most 55: "),
        ({"PING_INTERVAL": "60", "SILENCE_TIMEOUT": "90"}, "PING_INTERVAL must be more than 0 and at most 55: "),
        ({"SILENCE_TIMEOUT": "25"}, "SILENCE_TIMEOUT must be 30 or more, as PING_INTERVAL is 25: "),
        ({"REDIS_PING_INTERVAL": "4"}, "REDIS_SILENCE must be more than REDIS_PING_INTERVAL, which is 4: "),
        ({"API_KEY": "k" * 20, "SECRET_KEYS": "x" * 20 + " " + "k" * 20}, "API_KEY must not be one of SECRET_KEYS: "),
        ({"METRICS_PORT": "8080"}, "METRICS_PORT must be another port than 8080, where PORT has the chat."),
        ({"METRICS_PORT": "8001", "BIND": "unix:/run/x, 0.0.0.0:8001"}, "METRICS_PORT must be another port than 8001"),
        ({"METRICS_PORT": "81", "METRICS_HOST": "::1", "BIND": "[::1]:81"}, "METRICS_PORT must be another port than"),
        (PRODUCTION | {"BIND": "unix:/run/x"}, "TRUSTED_PROXIES must have unix, as BIND has a Unix socket: "),
        (PRODUCTION | {"ORIGINS": "http://chat.example"}, "ORIGINS must begin with https://, as APP_ENV is "),
    ],
)  # fmt: skip
def test_contradicting_settings_are_reported_with_values_that_would_work(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    assert problems(tmp_path, **settings).startswith(sentence)


@pytest.mark.parametrize(
    "settings",
    [
        {"MAX_MESSAGE_CHARS": "10581", "MAX_FRAME_BYTES": "131072"}, {"MAX_MESSAGE_CHARS": "0", "MAX_FRAME_BYTES": "1"},
        {"FRAMES_PER_SECOND": "0"}, {"MESSAGES_BURST": "0", "FRAMES_BURST": "20"}, {"QUEUE_FRAMES": "0"},
        {"HANDSHAKES_PER_MINUTE": "0"}, {"SILENCE_TIMEOUT": "0"}, {"SILENCE_TIMEOUT": "30"}, {"PING_INTERVAL": "35"},
        {"METRICS_PORT": "8080", "BIND": "unix:/run/x"}, {"METRICS_PORT": "8080", "HOST": "10.0.0.1"},
        {"METRICS_PORT": "9101", "BIND": "127.0.0.1:8001"}, PRODUCTION,
        PRODUCTION | {"BIND": "unix:/run/x", "TRUSTED_PROXIES": "10.0.0.1, unix"},
        PRODUCTION | {"ORIGINS": "http://localhost:8080 http://127.0.0.1:80 https://a.example"},
    ],
)  # fmt: skip
def test_settings_that_only_just_fit_together_are_accepted(tmp_path: Path, settings: dict[str, str]) -> None:
    load(tmp_path, **settings)


def test_browsers_wait_for_pings_as_long_as_the_server_assumes() -> None:
    script = (ROOT / "static" / "js" / "net" / "socket.js").read_text()
    assert f"SILENCE_MS = {related_settings.BROWSERS_WAIT}_000;" in script


def test_nginx_waits_for_pings_longer_than_browsers() -> None:
    socket = (ROOT / "deploy" / "nginx" / "locations.conf").read_text().partition("/messages/ws")[2]
    wait = re.search(r"proxy_read_timeout (\d+)s", socket)
    assert wait is not None
    assert int(wait[1]) > related_settings.BROWSERS_WAIT
