"""Everything that prevents the server from working is reported in one clear sentence, without a traceback."""

import socket
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from tests.server.starting import WAYS, said, start
from tests.support.commands import chatserver
from tests.support.ports import unused_port
from tests.support.repository import ROOT

pytestmark = pytest.mark.long


async def test_check_accepts_a_working_configuration(config: Config) -> None:
    assert await start(config, "check") == (0, "All is well.\n")


@pytest.mark.parametrize("way", WAYS)
async def test_check_reports_both_servers_that_are_down(config: Config, way: str) -> None:
    settings = {"DATABASE_URL": "postgresql://127.0.0.1:1/chat", "REDIS_URL": "redis://127.0.0.1:1"}
    said(await start(config, way, **settings), "Is it running, and is DATABASE_URL right?", "is REDIS_URL right?")


async def test_check_names_the_nginx_settings_for_longer_messages(config: Config) -> None:
    code, text = await start(config, "check", MAX_MESSAGE_CHARS="12000")
    assert (code, text) == (0, "An nginx in front needs: client_max_body_size 145k;  # MAX_FRAME_BYTES\nAll is well.\n")


@pytest.mark.parametrize("way", ["check", "gunicorn"])
async def test_a_missing_folder_for_metrics_is_reported_in_one_sentence(config: Config, way: str) -> None:
    settings = {"METRICS_PORT": str(unused_port()), "RUNTIME_DIRECTORY": "/nowhere"}
    said(await start(config, way, **settings), "METRICS_PORT needs a folder for what the processes measure")


@pytest.mark.parametrize("way", WAYS)
async def test_the_secrets_of_the_sample_are_refused(config: Config, way: str) -> None:
    sample = ROOT / "deploy" / "chatserver.env.example"
    settings = dict(line.split("=", 1) for line in sample.read_text().splitlines() if line and line[0] != "#")
    said(await start(config, way, **settings), "a password in DATABASE_URL or REDIS_URL is still")


async def test_static_files_are_laid_out_for_nginx(config: Config, tmp_path: Path) -> None:
    code, output, _ = await chatserver(config, "static", str(tmp_path))
    assert code == 0
    place = Path(output.strip())
    assert place.parent == tmp_path / "messages" / "static"
    assert "class ChatSocket" in (place / "js" / "app.js").read_text()
    assert not (place / "js" / "net").exists()
    assert (place / "css" / "all.css.gz").stat().st_size < (place / "css" / "all.css").stat().st_size


async def test_static_files_that_cannot_be_written_are_reported_in_one_sentence(config: Config, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, errors = await chatserver(config, "static", str(tmp_path / "file"))
    assert code == 1
    assert errors.startswith("chatserver: The static files cannot be written: ")


@pytest.mark.parametrize("way", WAYS)
async def test_a_former_name_of_a_setting_causes_one_warning(config: Config, way: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # so that the start fails
        taken.listen()
        _, text = await start(config, way, PEOPLE_A_MINUTE="7", PORT=str(taken.getsockname()[1]))
    assert text.count("PEOPLE_A_MINUTE is the former name of NAME_LOOKUPS_PER_MINUTE, and will stop working") == 1
