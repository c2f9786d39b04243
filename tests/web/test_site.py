"""The owner's choices: open or closed sign-up, support, and the site's name, address, logo and color."""

import json
import re
from pathlib import Path

import pytest
from yarl import URL

from chatserver.config.accent import READABLE, accent_problems, contrast, read_accent
from chatserver.config.load import load_config
from chatserver.config.settings import Config, ConfigError
from chatserver.errors import ChatError
from tests.support.commands import chatserver
from tests.support.database import execute
from tests.support.people import PASSWORD, Person
from tests.support.servers import Serve

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
MAIL = '<a href="mailto:help@acme.example">help@acme.example</a>'


# -- who may sign up --------------------------------------------------------------------------------------------------


async def test_closed_sign_up_explains_itself_and_its_form_adds_nobody(serve: Serve, config: Config) -> None:
    url = await serve(sign_up="closed", support="help@acme.example")
    async with Person(url, "Ana") as ana:
        page = await ana.get("/messages/sign-up/")
        assert (page.status, page.alert) == (403, ChatError("sign_up_closed").sentence)
        assert MAIL in page.text
        assert "<form" not in page.text.partition("<main")[2]
        answer = await ana.post("/messages/sign-up/", page="/messages/sign-in/", username="Ana", password=PASSWORD)
        assert (answer.status, answer.alert) == (403, page.alert)
        assert execute(str(config.database_url), "select * from users") == []


async def test_no_page_links_to_a_closed_sign_up(serve: Serve, config: Config) -> None:
    url = await serve(sign_up="closed")
    async with Person(url, "Ana") as ana:
        for path in ("/messages/sign-in/", "/messages/sign-up/", "/messages/nowhere"):
            assert 'href="/messages/sign-up/' not in (await ana.get(path)).text


async def test_the_command_line_creates_accounts_while_sign_up_is_closed(serve: Serve, config: Config) -> None:
    url = await serve(sign_up="closed")
    code, output, errors = await chatserver(config, "user", "create", "Ana", "--link", SIGN_UP="closed")
    assert code == 0, errors
    link = URL(json.loads(output)["link"]).path
    async with Person(url, "Ana") as ana:
        assert (await ana.post(link, new_password=PASSWORD)).status == 303
        assert "Ana" in (await ana.get("/messages/")).text


async def test_pages_link_to_an_open_sign_up(ana: Person) -> None:
    await ana.sign_out()
    assert 'href="/messages/sign-up/"' in (await ana.get("/messages/sign-in/")).text


# -- support ----------------------------------------------------------------------------------------------------------


async def test_a_support_address_is_a_link_wherever_a_user_may_be_stuck(serve: Serve) -> None:
    url = await serve(support="help@acme.example", sign_in_tries=1)
    async with Person(url, "Ana") as ana:
        assert MAIL in (await ana.get("/messages/nowhere")).text
        assert f"Forgot your password?\n  Write to {MAIL} for a link" in (await ana.get("/messages/sign-in/")).text
        await ana.sign_in("not this one")
        refused = await ana.sign_in("not this one")
        assert refused.status == 429
        assert MAIL in refused.text


async def test_a_support_sentence_is_shown_literally_with_links(serve: Serve) -> None:
    url = await serve(support="<b>Room</b> 3 & help@acme.example, see https://acme.example/help.")
    async with Person(url, "Ana") as ana:
        for path in ("/messages/nowhere", "/messages/sign-in/"):
            text = (await ana.get(path)).text
            assert f"&lt;b&gt;Room&lt;/b&gt; 3 &amp; {MAIL}, see " in text
            assert 'href="https://acme.example/help"' in text


async def test_the_sign_in_page_says_whom_to_ask_without_a_support_address(ana: Person) -> None:
    await ana.sign_out()
    page = await ana.get("/messages/sign-in/")
    assert "Ask the people who run this site for a link to set a new one." in page.text
    assert "mailto:" not in page.text + (await ana.get("/messages/nowhere")).text


# -- name and address -------------------------------------------------------------------------------------------------


async def test_the_sites_name_is_in_the_title_in_the_header_and_at_sign_in(serve: Serve) -> None:
    url = await serve(site_name="Acme & <b>")
    async with Person(url, "Ana") as ana:
        page = (await ana.get("/messages/sign-in/")).text
        assert "<title>Sign in – Acme &amp; &lt;b&gt;</title>" in page
        assert "<span>Acme &amp; &lt;b&gt;</span></a>" in page
        assert "<h1>Sign in to <bdi>Acme &amp; &lt;b&gt;</bdi></h1>" in page
        await ana.sign_up()
        page = (await ana.get("/messages/")).text
        assert "<title>Chats – Acme &amp; &lt;b&gt;</title>" in page
        assert "<span>Acme &amp; &lt;b&gt;</span></a>" in page


async def test_pages_without_a_site_name_add_nothing(ana: Person) -> None:
    page = (await ana.get("/messages/")).text
    assert "<title>Chats</title>" in page
    assert "<span>Messages</span></a>" in page


async def test_a_link_leads_back_to_the_site(serve: Serve) -> None:
    url = await serve(site_url="https://acme.example/a?b=1&c=2")
    link = '<a href="https://acme.example/a?b=1&amp;c=2"><span>Back to <bdi>acme.example</bdi></span></a>'
    async with Person(url, "Ana") as ana:
        assert link in (await ana.get("/messages/sign-in/")).text
        await ana.sign_up()
        menu = (await ana.get("/messages/")).text.partition('id="menu"')[2]
        assert link.replace("<a ", '<a class="button quiet" ') in menu


# -- logo and color ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content", "kind"), [("a.png", PNG, "image/png"), ("B.SVG", SVG, "image/svg+xml")])
async def test_the_logo_is_served_by_the_chat_itself_for_good(
    serve: Serve, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    (tmp_path / name).write_bytes(content)
    url = await serve(site_logo=str(tmp_path / name))
    async with Person(url, "Ana") as ana:
        found = re.search(
            r'<img class="logo" src="(/messages/static/[^"]+)" alt=""', (await ana.get("/messages/sign-in/")).text
        )
        assert found is not None
        async with ana.http.get(found[1]) as response:
            assert (response.status, response.content_type, await response.read()) == (200, kind, content)
            assert "immutable" in response.headers["Cache-Control"]
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]


async def test_a_logo_that_disappears_does_not_affect_a_running_server(serve: Serve, tmp_path: Path) -> None:
    url = await serve(site_logo=str(tmp_path / "gone.png"))
    async with Person(url, "Ana") as ana:
        assert "<img" not in (await ana.get("/messages/sign-in/")).text


async def test_the_color_is_in_a_style_sheet_after_our_own(serve: Serve) -> None:
    url = await serve(accent=("#8a2be2",))
    async with Person(url, "Ana") as ana:
        page = await ana.get("/messages/sign-in/")
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page.text)
        assert [sheet.split("/", 4)[-1] for sheet in sheets] == ["css/all.css", "css/rest.css", "site/accent.css"]
        for sheet in (sheets[0], sheets[-1]):
            assert f"<{sheet}>; rel=preload; as=style" in page.headers["Link"]
        async with ana.http.get(sheets[-1]) as response:
            assert response.content_type == "text/css"
            assert "--accent: var(--light, #8a2be2) var(--dark, #b980ee);" in await response.text()
        icon = re.search(r'<link rel="icon"[^>]* href="([^"]+)" data-unread="([^"]+)"', page.text)
        assert icon is not None
        for address in icon.groups():
            assert '"#8a2be2"' in (await ana.get(address)).text
        assert (await ana.get(sheets[-1].replace("accent", "other"))).status == 404


@pytest.mark.parametrize("accent", ["#1a6a4b", "1A6A4B", "#06c", "#c8102e", "#8a2be2", "#000", "#1a6a4b,#7fd0aa"])
def test_a_readable_color_is_accepted_and_one_for_dark_pages_computed(tmp_path: Path, accent: str) -> None:
    config = load_config({"DATA_DIR": str(tmp_path), "ACCENT": accent})
    found = read_accent(config.accent)
    assert found is not None
    assert list(accent_problems(found)) == []


@pytest.mark.parametrize(
    ("accent", "sentence"),
    [
        ("#ffcc00", r"ACCENT #ffcc00 has a contrast of 1\.29:1 on #fbe9e6 in light mode, .*: (#\w+) would do"),
        ("#1a6a4b,#000080", r"ACCENT #000080 has a contrast of 1\.\d+:1 on #\w+ in dark mode, .*: (#\w+) would do"),
    ],
)  # fmt: skip
def test_an_unreadable_color_is_reported_with_its_contrast_and_a_readable_one(
    tmp_path: Path, accent: str, sentence: str
) -> None:
    with pytest.raises(ConfigError) as error:
        load_config({"DATA_DIR": str(tmp_path), "ACCENT": accent})
    found = re.search(sentence, str(error.value))
    assert found is not None, str(error.value)
    load_config({"DATA_DIR": str(tmp_path), "ACCENT": accent.replace(accent.rsplit(",", 1)[-1], found[1])})


def test_contrast_is_computed_as_in_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == 21
    assert round(contrast((0x77, 0x77, 0x77), (255, 255, 255)), 2) == 4.48
    assert round(contrast((0, 0, 255), (255, 255, 255)), 2) == 8.59
    assert READABLE == 4.5


# -- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGN_UP", "yes"), ("SITE_NAME", "x" * 41), ("SITE_NAME", "a\u202eb"), ("SITE_NAME", "a\nb"),
        ("SUPPORT", "x" * 201), ("SUPPORT", "a\u200bb"), ("SITE_URL", "acme.example"),
        ("SITE_URL", "javascript:alert(1)"),
        ("SITE_URL", "https://"), ("SITE_URL", "https://acme.example:x/"), ("SITE_URL", "https://me:secret@acme.example/"),
        ("SITE_URL", "//acme.example"), ("SITE_LOGO", "https://acme.example/logo.png"),
        ("SITE_LOGO", "/nowhere/logo.png"), ("SITE_LOGO", "/etc/passwd"),
        ("ACCENT", "green"), ("ACCENT", "#12345"), ("ACCENT", "#1a6a4b,#7fd0aa,#000"), ("ACCENT", "#1a6a4b,green"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} "):
        load_config({"DATA_DIR": str(tmp_path), name: value})


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.png", SVG, "is no PNG"),
        ("a.svg", PNG, "is no SVG"),
        ("a.png", PNG * 1000, "at most 65536 bytes"),
        ("a.gif", b"GIF89a", "ends in"),
    ],
)
def test_an_unusable_logo_file_is_reported_at_the_start(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=f"^SITE_LOGO .*{reason}"):
        load_config({"DATA_DIR": str(tmp_path), "SITE_LOGO": str(tmp_path / name)})
