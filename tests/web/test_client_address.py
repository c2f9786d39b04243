"""The client's address: forwarded addresses count only if trusted proxies added them."""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from yarl import URL

from chatserver.config.settings import Config
from chatserver.server.app import create_app
from chatserver.server.http_server import Runner
from chatserver.web.app_keys import CONFIG, NOTICES
from chatserver.web.client_address import client_address
from chatserver.web.notices import Notices
from tests.support.people import Person
from tests.support.servers import Serve

NOBODY: Sequence[str] = ()
PROXY, OUTER = "10.0.0.1", "10.0.0.2"
REAL, FORGED = "192.0.2.7", "6.6.6.6"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        # Headers from untrusted peers are ignored.
        (REAL, [FORGED], NOBODY, REAL),
        (REAL, [FORGED], [PROXY], REAL),
        (REAL, [f"{FORGED}, {PROXY}"], [PROXY], REAL),
        ("", [FORGED], [PROXY], ""),
        # A trusted proxy appends its peer on the right.
        (PROXY, [], [PROXY], PROXY),
        (PROXY, [REAL], [PROXY], REAL),
        (PROXY, [REAL], ["10.0.0.0/8"], REAL),
        (PROXY, [f"{FORGED}, {REAL}"], [PROXY], REAL),
        (PROXY, [f"{FORGED},{PROXY},{REAL}"], [PROXY], REAL),
        (PROXY, [f"{FORGED} ,\t{REAL} "], [PROXY], REAL),
        ("::1", [f"{FORGED}, 2001:db8::7"], ["::1"], "2001:db8::7"),
        # Several headers of one name are one list, in their order.
        (PROXY, [FORGED, REAL], [PROXY], REAL),
        (PROXY, [f"{FORGED}, {REAL}", OUTER], ["10.0.0.0/8"], REAL),
        # Two proxies in a row, both or only one of them trusted.
        (PROXY, [f"{FORGED}, {REAL}, {OUTER}"], [PROXY, OUTER], REAL),
        (PROXY, [f"{FORGED}, {REAL}, {OUTER}"], [PROXY], OUTER),
        (PROXY, [OUTER], [PROXY, OUTER], OUTER),
        # If it is not an address, the proxy's own address counts, with a warning.
        (PROXY, ["garbage"], [PROXY], PROXY),
        (PROXY, [f"{REAL}, garbage"], [PROXY], PROXY),
        (PROXY, [f"{REAL}, unknown, {OUTER}"], ["10.0.0.0/8"], OUTER),
        (PROXY, [""], [PROXY], PROXY),
        (PROXY, [f"{FORGED}, , {OUTER}"], ["10.0.0.0/8"], OUTER),
        # With a port, as some proxies write it, in brackets or quotes (RFC 7239 §6).
        (PROXY, [f"{REAL}:4711"], [PROXY], REAL),
        (PROXY, [f"{FORGED}, {REAL}:4711, {OUTER}:_a.b-c"], [PROXY, OUTER], REAL),
        (PROXY, ["[2001:db8::7]:4711"], [PROXY], "2001:db8::7"),
        (PROXY, ['"[2001:DB8:0::7]:4711"'], [PROXY], "2001:db8::7"),
        (PROXY, ["[2001:db8::7]"], [PROXY], "2001:db8::7"),
        (PROXY, [f"{REAL}:port"], [PROXY], PROXY),
        (PROXY, [f"{REAL}:471100"], [PROXY], PROXY),
        # IPv4 through a dual-stack socket.
        (f"::ffff:{PROXY}", [REAL], [PROXY], REAL),
        (f"::ffff:{PROXY}", [f"{FORGED}, ::ffff:{REAL}, ::ffff:{OUTER}"], ["10.0.0.0/8"], REAL),
        (f"::ffff:{PROXY}", [f"[::ffff:{REAL}]:4711"], ["10.0.0.0/8"], REAL),
        (f"::ffff:{REAL}", [FORGED], [PROXY], REAL),
        (PROXY, [REAL], [f"::ffff:{PROXY}"], REAL),
        (f"::ffff:{PROXY}", [REAL], ["::ffff:10.0.0.0/104"], REAL),
        (PROXY, [REAL], ["::/0"], REAL),
        # A zone is this machine's name of a network interface.
        ("fe80::1%eth0", [REAL], ["fe80::/10"], REAL),
        ("fe80::1%eth0", [], NOBODY, "fe80::1"),
        # A peer on a Unix socket has no address.
        ("", [f"{FORGED}, {REAL}"], ["unix"], REAL),
        ("", [f"{FORGED}, {REAL}, {OUTER}"], ["unix", OUTER], REAL),
        ("", ["garbage"], ["unix"], ""),
        (REAL, [FORGED], ["unix"], REAL),
    ],
)
def test_the_client_is_the_last_address_that_is_not_a_trusted_proxy(
    peer: str, forwarded: list[str], trusted: Sequence[str], address: str
) -> None:
    app = web.Application()
    app[CONFIG], app[NOTICES] = Config(trusted_proxies=tuple(trusted)), Notices()
    headers = CIMultiDict(("X-Forwarded-For", line) for line in forwarded)
    assert client_address(make_mocked_request("GET", "/", headers, app=app).clone(remote=peer)) == address


async def test_forged_addresses_give_no_additional_attempts(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3, trusted_proxies=())

    async def tries(number: int) -> int:
        async with Person(url, f"Name{number}", headers={"X-Forwarded-For": f"192.0.2.{number}"}) as somebody:
            return (await somebody.sign_in()).status

    assert [await tries(number) for number in range(4)] == [403] * 3 + [429]


@pytest.fixture
async def dual_stack(config: Config) -> AsyncIterator[URL]:
    """A server on a dual-stack socket, as gunicorn's are, which trusts a proxy on this machine."""
    changed = replace(config, sign_in_tries_per_address=3, trusted_proxies=("127.0.0.1",))
    runner = Runner(await create_app(changed), grace=0)
    await runner.setup()
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        await web.SockSite(runner, listening).start()
        yield URL(f"http://127.0.0.1:{listening.getsockname()[1]}")
        await runner.cleanup()


async def signs_in_from(url: URL, forwarded: str) -> int:
    """Sends a wrong password through a proxy for this address; returns the status."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    async with Person(url, f"Nobody-{secrets.token_hex(4)}", headers=headers) as somebody:
        return (await somebody.sign_in()).status


@pytest.mark.parametrize("form", ["192.0.2.{}", "192.0.2.{}:4711", "::ffff:192.0.2.{}", "[2001:db8:{}::1]:4711"])
async def test_users_behind_an_ipv4_proxy_have_separate_attempts(
    dual_stack: URL, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert [await signs_in_from(dual_stack, form.format(number)) for number in range(5)] == [403] * 5
    assert [await signs_in_from(dual_stack, form.format(7)) for _ in range(4)] == [403] * 3 + [429]
    assert warnings(caplog) == []


async def test_all_log_lines_write_ipv4_addresses_in_ipv4_notation(
    dual_stack: URL, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with Person(dual_stack, "Ana") as ana:
        await ana.sign_up()
        await (await ana.socket()).ws.close()
        while "socket ended" not in caplog.text:
            await ana.get("/healthz")
    reader, writer = await asyncio.open_connection("127.0.0.1", dual_stack.port)
    writer.write(b"no request\r\n\r\n")
    await reader.read()
    writer.close()
    ours = [record for record in caplog.records if record.name.startswith("chatserver")]
    addresses = {record.address for record in ours if hasattr(record, "address")}
    assert addresses == {"127.0.0.1"}
    assert "signed up: user 1 from 127.0.0.1" in caplog.text
    assert "a broken request from 127.0.0.1:" in caplog.text
    assert "::ffff:" not in "".join(record.getMessage() for record in ours)


@pytest.mark.parametrize(
    ("trusted", "forwarded", "warning"),
    [
        (["127.0.0.1"], "unknown", "The proxy at 127.0.0.1 forwarded for 'unknown', which is no address"),
        (["127.0.0.1"], "unix:", "The proxy at 127.0.0.1 forwarded for 'unix:', which is no address"),
        (["127.0.0.1"], "", "The proxy at 127.0.0.1 sends no X-Forwarded-For"),
        (["10.0.0.1"], "192.0.2.7", "X-Forwarded-For from 127.0.0.1 does not count"),
        ([], "192.0.2.7", "X-Forwarded-For from 127.0.0.1 does not count"),
        (["127.0.0.1"], "192.0.2.7", None),
        ([], "", None),
    ],
)
async def test_users_counted_as_one_address_cause_one_warning_and_no_others_do(
    serve: Serve, caplog: pytest.LogCaptureFixture, trusted: list[str], forwarded: str, warning: str | None
) -> None:
    url = await serve(trusted_proxies=tuple(trusted))
    for _ in range(2):
        await signs_in_from(url, forwarded)
    assert [line[: len(warning or "")] for line in warnings(caplog)] == ([warning] if warning else [])


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
