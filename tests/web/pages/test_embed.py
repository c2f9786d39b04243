"""What a site may show of the chat: its script, the count, the messenger's frame; and who may show it."""

import gzip
import re
from collections.abc import AsyncIterator

import pytest
from yarl import URL

from chatserver.web.framing import FRAMED
from chatserver.web.routes import ROUTES
from tests.support.people import Answer, Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, enters, token_for

SITE = "https://site.example"
OTHER = "https://shop.example:8443"
IN_FRAME = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-site"}


@pytest.fixture
async def chat(serve: Serve) -> URL:
    return await serve(**SETTINGS, embed_origins=(SITE, OTHER))


@pytest.fixture
async def ana(chat: URL) -> AsyncIterator[Person]:
    """Ana, whom the site calls 7."""
    async with Person(chat, "Ana") as ana:
        yield await enters(ana, "7")


@pytest.fixture
async def ben(chat: URL) -> AsyncIterator[Person]:
    async with Person(chat, "Ben") as ben:
        yield await enters(ben, "8")


@pytest.fixture
async def visitor(chat: URL) -> AsyncIterator[Person]:
    async with Person(chat, "Cleo") as visitor:
        yield visitor


def ancestors(answer: Answer) -> str:
    return str(re.findall(r"frame-ancestors ([^;]*)", answer.headers["Content-Security-Policy"])[0])


async def test_the_list_chats_groups_and_the_search_may_be_framed_by_the_sites_named_and_nothing_else_by_anybody(
    ana: Person, ben: Person
) -> None:
    thread = await ana.writes_to(ben)
    framed = f"'self' {SITE} {OTHER}"
    paths = {
        f"/messages/chat/{thread}/": framed, "/messages/": framed, "/messages/to/8": framed, "/messages/to/9": framed,
        "/messages/search/?q=hello": framed, "/messages/group/9/": framed, "/messages/chat/9/": framed,
        f"/messages/embed/?origin={SITE}": framed, f"/messages/embed/count?origin={SITE}": framed,
        "/messages/account/": "'none'", "/messages/sign-in/": "'none'", "/messages/sign-up/": "'none'",
        "/messages/signed-out/": "'none'", "/messages/session": "'none'", "/messages/nowhere": "'none'",
        "/messages/embed.js": "'none'", "/messages/reset/nobodys/": "'none'",
    }  # fmt: skip
    assert {path: ancestors(await ana.get(path)) for path in paths} == paths
    assert {route.path for route in ROUTES} >= FRAMED


async def test_without_sites_nothing_is_framed_and_nothing_of_it_is_there(url: URL) -> None:
    async with Person(url, "Ana") as ana:
        await ana.sign_up()
        for path in ("/messages/embed.js", f"/messages/embed/?origin={SITE}", f"/messages/embed/count?origin={SITE}"):
            assert (await ana.get(path)).status == 404
        assert ancestors(await ana.get("/messages/")) == "'none'"


@pytest.mark.parametrize("path", ["/messages/embed/", "/messages/embed/count"])
@pytest.mark.parametrize(
    "query",
    [
        "", "?origin=", f"?origin={SITE}&origin={SITE}", f"?origin={SITE}.evil.example", f"?origin={SITE}/",
        "?origin=http://site.example", f"?origin={SITE}:8443", "?origin=null", "?origin=*", f"?origin={SITE}%00",
    ],
)  # fmt: skip
async def test_a_page_that_is_not_of_a_site_named_is_refused(visitor: Person, path: str, query: str) -> None:
    answer = await visitor.get(URL(path + query, encoded=True), headers=IN_FRAME)
    assert (answer.status, answer.headers.getall("Set-Cookie", [])) == (403, [])


async def test_the_script_is_one_file_of_4_kb_that_every_site_may_load(visitor: Person) -> None:
    answer = await visitor.get("/messages/embed.js")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=600"
    assert "Закрыть сообщения" in answer.text
    assert "import {" not in answer.text
    assert len(gzip.compress(answer.text.encode())) <= 4096
    for path in ("/messages/", f"/messages/embed/?origin={SITE}", "/messages/sign-in/"):
        assert (await visitor.get(path)).headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_the_counting_frame_and_its_script_have_2_kib(visitor: Person) -> None:
    page = await visitor.get(f"/messages/embed/count?origin={SITE}&sub=7")
    [script] = re.findall(r'src="([^"]+)"', page.text)
    assert "Link" not in page.headers
    assert len(page.text.encode()) + len((await visitor.get(script)).text.encode()) <= 2048


async def test_what_is_unread_is_counted_for_the_person_of_the_session_alone(
    ana: Person, ben: Person, visitor: Person
) -> None:
    assert await ana.json("/messages/unread") == {"threads": 0, "messages": 0}
    await ben.writes_to(ana)
    await ben.writes_to(ana, "Are you there?")
    for path in ("/messages/unread", f"/messages/unread?origin={SITE}&sub=7"):
        assert await ana.json(path) == {"threads": 1, "messages": 2}
    assert await ben.json("/messages/unread") == {"threads": 0, "messages": 0}
    for sub in ("8", "", "07"):
        assert (await ana.get(f"/messages/unread?sub={sub}")).status == 401
    assert (await visitor.get("/messages/unread")).status == 401


async def test_a_frame_without_session_stays_in_the_frame(serve: Serve) -> None:
    url = await serve(**SETTINGS, embed_origins=(SITE,), sso_only=1)
    async with Person(url, "Ana") as ana:
        for path in ("/messages/", "/messages/chat/7/", "/messages/to/8", "/messages/search/"):
            outside = await ana.get(path)
            assert (outside.status, outside.location.partition("?")[0]) == (303, "/messages/sso/start")
            inside = await ana.get(path, headers=IN_FRAME)
            assert (inside.status, f'data-path="{path}"' in inside.text) == (401, True)
            assert 'target="_blank" href="/messages/sso/start' in inside.text
        start = await ana.get("/messages/sso/start", headers=IN_FRAME)
        assert (start.status, "Location" in start.headers) == (403, False)


async def test_the_first_page_knows_whether_the_session_is_the_persons_and_names_nobody(
    ana: Person, visitor: Person
) -> None:
    async def is_there(person: Person, sub: str) -> bool:
        page = await person.get(f"/messages/embed/?origin={SITE}&sub={sub}", headers=IN_FRAME)
        assert page.status == 200
        assert "Ana" not in page.text
        assert "Set-Cookie" not in page.headers
        return "data-there" in page.text

    assert [await is_there(ana, sub) for sub in ("7", "8", "")] == [True, False, False]
    assert [await is_there(visitor, sub) for sub in ("7", "")] == [False, False]


async def test_a_page_in_a_frame_is_hidden_until_its_script_knows_whose_it_is(ana: Person) -> None:
    assert 'class="unchecked"' not in (await ana.get("/messages/")).text
    framed = (await ana.get("/messages/", headers=IN_FRAME)).text
    assert ('class="unchecked"' in framed, 'data-sub="7"' in framed) == (True, True)
    assert "Ana" not in (await ana.get("/messages/chat/9/", headers=IN_FRAME)).text


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/messages/to/8", "/messages/to/8"), ("//evil.example/", "/messages/"), ("https://evil.example", "/messages/"),
        ("/admin", "/messages/"), ("javascript:alert(1)", "/messages/"), ("/messages/\\evil", "/messages/"),
    ],
)  # fmt: skip
async def test_the_frame_goes_on_to_pages_of_the_chat_alone(visitor: Person, target: str, path: str) -> None:
    query = URL.build(path="/messages/embed/", query={"origin": SITE, "next": target})
    assert f'data-path="{path}"' in (await visitor.get(query)).text


async def test_a_token_in_a_frame_is_posted_by_its_script(visitor: Person) -> None:
    fields = {"token": token_for(visitor, "7", name="cleo")}
    own = {"Origin": str(visitor.url.origin()), "Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    assert (await visitor.post_raw("/messages/sso/", fields, headers=own)).status == 303
    refused = await visitor.post_raw("/messages/sso/", {"token": "none"}, headers=own)
    assert (refused.status, refused.headers["Content-Type"]) == (403, "application/json; charset=utf-8")
