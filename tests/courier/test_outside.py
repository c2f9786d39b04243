"""What the courier asks of those to whom it sends: a certificate that somebody vouches for, and a short answer."""

import json
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chatserver.config.settings import Config
from chatserver.courier.outside import Outside
from tests.support.commands import chatserver

LOOPBACK = IPv4Address("127.0.0.1")


def certificate(folder: Path) -> Path:
    """A certificate of this machine's that it has signed itself, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, SHA256())
    )
    path = folder / "shop.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return path


async def test_a_receiver_needs_a_certificate_that_somebody_vouches_for(config: Config, tmp_path: Path) -> None:
    path, heard = certificate(tmp_path), []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(status=204)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    app = web.Application()
    app.router.add_post("/hook", answer)
    shop = TestServer(app, scheme="https", host=str(LOOPBACK))
    await shop.start_server(ssl=context)
    try:
        hosts = {"WEBHOOK_HOSTS": f"{LOOPBACK}:{shop.port}"}
        url = f"https://{LOOPBACK}:{shop.port}/hook"
        code, printed, errors = await chatserver(config, "webhook", "add", url, **hosts)
        assert code == 0, errors
        hook = str(json.loads(printed)["id"])
        code, _, errors = await chatserver(config, "webhook", "test", hook, **hosts)
        assert (code, "its certificate is not valid" in errors, heard) == (1, True, [])
        code, printed, errors = await chatserver(config, "webhook", "test", hook, **hosts, SSL_CERT_FILE=str(path))
        assert (printed, heard) == ('{"status": 204}\n', ["/hook"]), errors
    finally:
        await shop.close()


@pytest.mark.parametrize(("size", "connections"), [(65_536, 1), (1_000_000, 2)])
async def test_64_kib_of_an_answer_are_read_and_what_is_longer_ends_the_connection(size: int, connections: int) -> None:
    seen = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        seen.add(request.transport.get_extra_info("peername"))
        return web.Response(body=b"x" * size)

    app = web.Application()
    app.router.add_post("/hook", answer)
    async with TestServer(app) as shop:
        outside = Outside(lambda _: True, 5)
        for _ in range(2):
            assert (await outside.post(shop.make_url("/hook"), b"{}", {})).status == 200
        await outside.close()
    assert len(seen) == connections
