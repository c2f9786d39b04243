"""Whose request it is: what proxies say counts only as far as trusted ones wrote it."""

from collections.abc import Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from chatserver.config import Config
from chatserver.keys import CONFIG
from chatserver.proxies import client_address
from tests.conftest import Serve
from tests.people import Person

NOBODY: Sequence[str] = ()
PROXY, OUTER = "10.0.0.1", "10.0.0.2"
REAL, FORGED = "192.0.2.7", "6.6.6.6"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        # Who is not trusted may say what they like.
        (REAL, [FORGED], NOBODY, REAL),
        (REAL, [FORGED], [PROXY], REAL),
        (REAL, [f"{FORGED}, {PROXY}"], [PROXY], REAL),
        ("", [FORGED], [PROXY], ""),
        # A trusted proxy adds whom it sees at the right.
        (PROXY, [], [PROXY], PROXY),
        (PROXY, [REAL], [PROXY], REAL),
        (PROXY, [REAL], ["10.0.0.0/8"], REAL),
        (PROXY, [f"{FORGED}, {REAL}"], [PROXY], REAL),
        (PROXY, [f"{FORGED},{PROXY},{REAL}"], [PROXY], REAL),
        (PROXY, [f"{FORGED} ,\t{REAL} "], [PROXY], REAL),
        ("::1", [f"{FORGED}, 2001:db8::7"], ["::1"], "2001:db8::7"),
        # Lines of one name are one list, in their order.
        (PROXY, [FORGED, REAL], [PROXY], REAL),
        (PROXY, [f"{FORGED}, {REAL}", OUTER], ["10.0.0.0/8"], REAL),
        # Two trusted proxies, one behind the other; the same with only one of them trusted.
        (PROXY, [f"{FORGED}, {REAL}, {OUTER}"], [PROXY, OUTER], REAL),
        (PROXY, [f"{FORGED}, {REAL}, {OUTER}"], [PROXY], OUTER),
        (PROXY, [OUTER], [PROXY, OUTER], OUTER),
        # What is no address is nobody's.
        (PROXY, ["garbage"], [PROXY], PROXY),
        (PROXY, [f"{REAL}, garbage"], [PROXY], PROXY),
        (PROXY, [f"{REAL}:4711"], [PROXY], PROXY),
        (PROXY, [""], [PROXY], PROXY),
        (PROXY, [f"{FORGED}, , {OUTER}"], ["10.0.0.0/8"], OUTER),
        # By a Unix socket comes a peer without an address.
        ("", [f"{FORGED}, {REAL}"], ["unix"], REAL),
        ("", [f"{FORGED}, {REAL}, {OUTER}"], ["unix", OUTER], REAL),
        ("", ["garbage"], ["unix"], ""),
        (REAL, [FORGED], ["unix"], REAL),
    ],
)
def test_a_request_is_of_the_last_address_that_no_trusted_proxy_has(
    peer: str, forwarded: list[str], trusted: Sequence[str], address: str
) -> None:
    app = web.Application()
    app[CONFIG] = Config(trusted_proxies=tuple(trusted))
    headers = CIMultiDict(("X-Forwarded-For", line) for line in forwarded)
    assert client_address(make_mocked_request("GET", "/", headers, app=app).clone(remote=peer)) == address


async def test_another_forged_address_each_time_gives_no_more_tries(serve: Serve) -> None:
    url = await serve(sign_in_tries_per_address=3, trusted_proxies=())

    async def tries(number: int) -> int:
        async with Person(url, f"Name{number}", **{"X-Forwarded-For": f"192.0.2.{number}"}) as somebody:
            return (await somebody.sign_in()).status

    assert [await tries(number) for number in range(4)] == [403] * 3 + [429]
