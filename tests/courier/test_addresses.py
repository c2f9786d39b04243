"""Nothing is sent to what is not public, however it is written, and whatever its name means the next time."""

import asyncio
import socket
from typing import Any

import pytest
from yarl import URL

from chatserver.courier.addresses import is_public, literal_address
from chatserver.courier.outside import NoAnswer, Outside
from chatserver.courier.webhooks.urls import url_problem
from tests.support.receivers import Receiver

PUBLIC = (
    *("8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1"),
    *("2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"),
)
PRIVATE = (
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0", "0.1.2.3"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.0.0.8"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:c0a8:101::1"),
    *("2001:0:7f00:1::1", "2001:0:808:808:0:fbff:f5ff:fffe", "100::1", "4000::1", "3fff::1"),
)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_other_address_is_public_also_inside_another(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001"),
        *("127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.localhost", "[::1]", "[::ffff:127.0.0.1]"),
        *("[0:0:0:0:0:0:0:1]", "0", "0.0.0.0", "[::]", "[fe80::1]", "10.1", "169.254.169.254", "[64:ff9b::7f00:1]"),
    ],
)
def test_an_address_in_any_form_is_refused_when_it_is_added(host: str) -> None:
    assert "must be public" in str(url_problem(f"https://{host}/hook", ()))


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://example.org/hook",
            "ftp://example.org/",
            "example.org",
            "https://",
            "https:///hook",
            "",
            "https:hook",
        ),
        *(
            "https://example.org:80/",
            "https://example.org:0/",
            "https://example.org:99999/",
            "https://example.org:444/",
        ),
        *("https://ana@example.org/", "https://ana:word@example.org/", "https://@example.org/"),
        *("https://example.org/#part", "https://example.org/a b", "https://example.org/\n", "https://exämple.org/"),
        *(f"https://example.org/{'a' * 2000}", "file:///etc/passwd", "gopher://example.org:443/"),
    ],
)
def test_a_url_at_which_nothing_can_be_is_refused(url: str) -> None:
    assert url_problem(url, ("localhost:9000",))


@pytest.mark.parametrize("url", ["https://example.org/hook?a=b", "https://example.org:8443/", "https://8.8.8.8/hook"])
def test_a_public_url_is_taken_without_asking_anybody(url: str) -> None:
    assert url_problem(url, ()) is None


def test_the_owner_names_receivers_with_any_address_port_and_scheme() -> None:
    hosts = ("localhost:9000", "10.0.0.5:443", "[::1]:9000")
    for url in ("http://localhost:9000/hook", "https://10.0.0.5/hook", "http://[::1]:9000/"):
        assert url_problem(url, hosts) is None
    for url in ("http://localhost:9001/", "http://127.0.0.1:9000/", "http://10.0.0.5/", "https://10.0.0.5:8443/"):
        assert url_problem(url, hosts)


def test_a_name_is_no_literal_address() -> None:
    for host in ("example.org", "1e100.net", "localhost.example.org", "127.0.0.1.nip.io", "dead.beef", "10.example"):
        assert literal_address(host) is None


async def test_each_address_that_is_connected_to_is_checked_whatever_the_name_meant_before(
    shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name means the internet when it is looked at, and this machine when it is connected to."""
    asked: list[str] = []

    async def getaddrinfo(_: object, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", getaddrinfo)
    for host in ("rebinding.example.org", "127.0.0.1"):
        url = URL(f"http://{host}:{shop.url.port}/hook")
        guarded, free = Outside(lambda _: False, 5), Outside(lambda _: True, 5)
        with pytest.raises(NoAnswer, match="its address is not public"):
            await guarded.post(url, b"{}", {})
        assert (await free.post(url, b"{}", {})).status == 204
        await guarded.close()
        await free.close()
    assert asked.count("rebinding.example.org") == 2
    assert len(shop.heard) == 2


async def test_no_proxy_of_the_environment_is_used_and_no_cookie_kept(
    shop: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, str(proxy.url.origin()))
        outside = Outside(lambda _: True, 5)
        await outside.post(shop.url, b"{}", {"webhook-id": "one"})
        await outside.close()
    assert (len(shop.heard), len(proxy.heard)) == (1, 0)
    assert shop.heard[0].headers["user-agent"].startswith("chatserver/")
