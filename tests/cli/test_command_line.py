"""The command line prints what was asked for, or one clear sentence with an exit code."""

import json
import socket
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from tests.support.commands import chatserver, chatserver_in_bytes

PROVISION = ("provision", "--users", "2", "--threads", "1")
NOBODY_LISTENS = "127.0.0.1:1"


async def test_secret_prints_a_new_key_each_time(config: Config) -> None:
    (one, made, _), (other, again, _) = await chatserver(config, "secret"), await chatserver(config, "secret")
    assert one == other == 0
    assert made != again
    assert len(made.strip()) == 43  # 256 bits


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (PROVISION, {"REDIS_URL": f"redis://{NOBODY_LISTENS}"}, "Redis does not answer: "),
        (PROVISION, {"DATABASE_URL": f"postgresql://{NOBODY_LISTENS}/chat"}, "PostgreSQL does not answer: "),
        ((*PROVISION, "--messages", "-1"), {}, "The numbers of users, threads and messages must be 0 or more."),
        (("serve",), {"REDIS_URL": ""}, "DATABASE_URL and REDIS_URL must be set; "),
        (("serve",), {"HOST": "nowhere.invalid"}, "Cannot listen on nowhere.invalid:"),
        (("serve",), {"APP_ENV": "production"}, "SECRET_KEYS must be set in production.\nAPI_KEY must be set"),
        (("serve",), {"PORT": "x", "SESSION_IDLE": "-1"}, "PORT must be a number from 0 to 3153600000, not 'x'."),
    ],
)
async def test_a_failure_is_reported_in_one_sentence(
    config: Config, arguments: tuple[str, ...], settings: dict[str, str], sentence: str
) -> None:
    code, output, errors = await chatserver(config, *arguments, **settings)
    assert (code, output) == (1, "")
    assert errors.startswith(f"chatserver: {sentence}")
    assert "Traceback" not in errors


async def test_a_port_in_use_is_named(config: Config) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        code, _, errors = await chatserver(config, "serve", PORT=str(port))
    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{port}: " in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("secret", ["", "fifteen-letters"])
async def test_production_refuses_secrets_that_are_missing_or_short(config: Config, secret: str) -> None:
    settings = {"APP_ENV": "production", "ORIGINS": "https://chat.example", "SECRET_KEYS": "x" * 32, "API_KEY": secret}
    code, _, errors = await chatserver(config, "serve", **settings)
    assert code == 1
    assert "API_KEY" in errors
    assert "fifteen-letters" not in errors


@pytest.mark.parametrize("charset", ["ascii", "latin-1", "cp1251", "utf-8", "utf-16"])
async def test_the_output_is_json_in_every_charset(config: Config, charset: str) -> None:
    names = ["Клео", "Zoë"]
    for name in names:
        await chatserver_in_bytes(config, "user", "create", name, "--link")
    _, output, errors = await chatserver_in_bytes(config, "thread", "create", *names, PYTHONIOENCODING=charset)
    assert {member["name"] for member in json.loads(output.decode(charset))["members"]} == set(names)
    assert errors == b""


async def test_a_folder_with_letters_that_the_charset_lacks_is_named_with_escapes(
    config: Config, tmp_path: Path
) -> None:
    code, output, errors = await chatserver_in_bytes(config, "static", str(tmp_path / "Клео"), PYTHONIOENCODING="ascii")
    assert (code, errors) == (0, b"")
    assert rb"/\u041a\u043b\u0435\u043e/messages/static/" in output


async def test_a_name_that_is_not_valid_text_is_refused_in_one_sentence(config: Config) -> None:
    for arguments in (("user", "create", b"\xff\xfeana", "--link"), ("thread", "create", b"\xff\xfe", "Ana")):
        code, output, errors = await chatserver_in_bytes(config, *arguments)
        assert (code, output) == (1, b"")
        assert errors.startswith(b"chatserver: ")
        assert b"Traceback" not in errors
