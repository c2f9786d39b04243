"""Which origins may post and connect: the address that the browser used, in any spelling, and those of ORIGINS."""

import pytest
from aiohttp import WSServerHandshakeError
from yarl import URL

from chatserver.config.load import load_config
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve

# The headers of a browser at one of our addresses: Host, Origin
OURS = {
    "a name": ("chat.example.org:8080", "http://chat.example.org:8080"),
    "the default port": ("chat.example.org", "http://chat.example.org"),
    "the default port, by a proxy": ("chat.example.org:80", "http://chat.example.org"),
    "capitals, by a proxy": ("Chat.Example.org", "http://chat.example.org"),
    "IDNA": ("xn--80ariiw2a.example", "http://xn--80ariiw2a.example"),
    "IPv4": ("192.0.2.7:8080", "http://192.0.2.7:8080"),
    "IPv6": ("[2001:db8::7]:8080", "http://[2001:db8::7]:8080"),
    "IPv6 at the default port": ("[2001:db8::7]", "http://[2001:db8::7]"),
    "a name in one's own network": ("my_box:8080", "http://my_box:8080"),
}
FOREIGN = {
    "another name": ("chat.example.org", "http://evil.example"),
    "a longer name": ("chat.example.org", "http://chat.example.org.evil.example"),
    "a name in front": ("chat.example.org", "http://evil.chat.example.org"),
    "another port": ("chat.example.org", "http://chat.example.org:8080"),
    "another default port": ("chat.example.org:443", "http://chat.example.org"),
    "another scheme": ("chat.example.org", "https://chat.example.org"),
    "a user": ("chat.example.org", "http://chat.example.org@evil.example"),
    "none": ("chat.example.org", "null"),
    "nonsense": ("[", "http://["),
}


async def signs_up(person: Person, **headers: str) -> int:
    token = (await person.get("/messages/sign-up/")).field("csrf_token")
    fields = {"csrf_token": token, "username": person.name, "password": PASSWORD}
    return (await person.post_raw("/messages/sign-up/", fields, headers=headers)).status


async def gets_a_socket(person: Person, **headers: str) -> bool:
    try:
        return await (await person.http.ws_connect("/messages/ws", headers=headers)).close()
    except WSServerHandshakeError as refused:
        return refused.status != 403


@pytest.mark.parametrize(("host", "origin"), OURS.values(), ids=OURS)
async def test_pages_of_the_address_that_the_browser_uses_may_post_and_connect(
    serve: Serve, host: str, origin: str
) -> None:
    url = await serve(origins=("http://elsewhere.example",))
    async with Person(url, "Ana") as ana:
        assert await signs_up(ana, Host=host, Origin=origin) == 303
        assert await gets_a_socket(ana, Host=host, Origin=origin)


@pytest.mark.parametrize(("host", "origin"), FOREIGN.values(), ids=FOREIGN)
async def test_a_page_of_another_origin_can_neither_post_nor_connect(serve: Serve, host: str, origin: str) -> None:
    url = await serve(origins=("http://elsewhere.example",))
    async with Person(url, "Ana") as ana:
        assert await signs_up(ana, Host=host, Origin=origin) == 403
        await ana.sign_up()
        assert not await gets_a_socket(ana, Host=host, Origin=origin)


async def test_the_same_host_without_tls_is_a_foreign_origin_in_production(serve: Serve) -> None:
    url = await serve(app_env="production", origins=("https://elsewhere.example",))
    statuses = {}
    for scheme in ("http", "https"):
        async with Person(url, "Ana") as ana:
            page = await ana.get("/messages/sign-up/")
            cookie = page.headers["Set-Cookie"].partition(";")[0]  # browsers keep it only under TLS
            answer = await ana.post_raw(
                "/messages/sign-up/",
                {"csrf_token": page.field("csrf_token"), "username": "Ana", "password": PASSWORD},
                headers={"Cookie": cookie, "Host": "chat.example.org", "Origin": f"{scheme}://chat.example.org"},
            )
            statuses[scheme] = answer.status
    assert statuses == {"http": 403, "https": 303}


@pytest.mark.parametrize(
    "origin", ["https://chat.example.org", "https://CHAT.example.org:443", "https://мойчат.example"]
)
async def test_pages_of_a_listed_origin_may_post_and_connect_behind_a_proxy_that_changes_the_host(
    serve: Serve, origin: str
) -> None:
    named = load_config({"ORIGINS": "https://Chat.Example.org:443, https://xn--80ariiw2a.example:443"}).origins
    url = await serve(origins=named)
    async with Person(url, "Ana") as ana:
        assert await signs_up(ana, Host="backend:8000", Origin=origin) == 303
        assert await gets_a_socket(ana, Host="backend:8000", Origin=origin)


async def test_a_form_marked_same_origin_by_the_browser_is_accepted_behind_any_proxy(serve: Serve) -> None:
    url = await serve()
    async with Person(url, "Ana") as ana:
        headers = {"Host": "backend:8000", "Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert await signs_up(ana, **headers) == 303


async def test_a_refused_origin_causes_one_warning_that_names_it_and_the_setting(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    url = await serve()
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        for _ in range(2):
            await signs_up(ana, Origin="https://Chat.example.org")
            await gets_a_socket(ana, Origin="https://chat.example.org")
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "https://chat.example.org" in warning
    assert str(url.authority) in warning
    assert "ORIGINS" in warning


async def test_a_flood_of_refused_origins_does_not_fill_the_log(url: URL, caplog: pytest.LogCaptureFixture) -> None:
    async with Person(url, "Nobody") as nobody:
        for number in range(30):
            await gets_a_socket(nobody, Origin=f"https://evil-{number}.example")
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 11
    assert warnings[-1] == "More warnings of this kind are left out for an hour."


async def test_a_proxy_that_drops_upgrade_causes_one_warning(url: URL, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Origin": str(url.origin()), "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "=="}
    async with Person(url, "Nobody") as nobody:
        for _ in range(2):
            assert (await nobody.get("/messages/ws", headers=headers)).status == 400
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "drops the Upgrade header" in warning
