"""An unusable address or number of workers is reported in one clear sentence."""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.config.settings import Config
from tests.server.starting import WAYS, said, start

pytestmark = pytest.mark.long


@pytest.mark.parametrize("way", WAYS)
async def test_zero_workers_are_refused(config: Config, way: str) -> None:
    said(await start(config, way, WORKERS="0"), "WORKERS must be 1 or more.")


async def test_zero_workers_are_also_refused_in_gunicorns_arguments(config: Config) -> None:
    said(await start(config, "gunicorn", GUNICORN_CMD_ARGS="--workers 0"), "WORKERS (--workers) must be 1 or more")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ["0.0.0.0:99999", "foo:bar", "[::1", "unix:"])
async def test_an_invalid_address_is_reported_in_one_sentence(config: Config, way: str, address: str) -> None:
    said(await start(config, way, BIND=address), "BIND must be addresses like 0.0.0.0:8080")


@pytest.mark.parametrize("way", ["check", "gunicorn"])
async def test_a_unix_socket_that_cannot_be_created_is_reported_in_one_sentence(
    config: Config, way: str, tmp_path: Path
) -> None:
    (tmp_path / "plain").touch()
    for path, sentence in [
        (tmp_path / "plain", "a file that is not a socket is already there."),
        (Path("/nowhere/x.sock"), "/nowhere is not a folder in which a socket can be created."),
        (tmp_path / ("long" * 30), "its path has more than 107 bytes."),
    ]:
        answer = await start(config, way, BIND=f"127.0.0.1:{config.port}, unix:{path}")
        said(answer, f"Cannot listen on unix:{path}: {sentence} Fix it, or change BIND.")


async def test_a_missing_address_in_gunicorns_arguments_is_reported_in_one_sentence(config: Config) -> None:
    for address in ("127.0.0.1:99999", "nobody.invalid:1", f"{'a' * 70}.example:1"):
        answer = await start(config, "gunicorn", GUNICORN_CMD_ARGS=f"--bind {address}")
        said(answer, f"Cannot listen on {address}: ")


@pytest.mark.parametrize("way", ["serve", "gunicorn"])
@pytest.mark.parametrize("host", ["nobody.invalid", f"{'a' * 70}.example", "192.0.2.1"])
async def test_an_invalid_host_is_reported_in_one_sentence(config: Config, way: str, host: str) -> None:
    port = str(config.port)
    said(await start(config, way, HOST=host, PORT=port), f"Cannot listen on {host}:{port}: ")
    said(
        await start(config, way, METRICS_HOST=host, METRICS_PORT=port), f"on METRICS_HOST {host}, METRICS_PORT {port}: "
    )


@pytest.mark.parametrize("way", ["serve", "gunicorn"])
async def test_a_port_in_use_is_reported_in_one_sentence(config: Config, way: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        code, text = await start(config, way, PORT=str(port))
    assert code == 1
    assert f"chatserver: Cannot listen on 127.0.0.1:{port}: " in text
    assert "Traceback" not in text
