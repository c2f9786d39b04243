"""The headers of answers, and where addresses lead."""

import asyncio
from urllib.parse import urljoin

import aiohttp
import pytest
from yarl import URL

from chatserver.web.middlewares import HEADERS, HSTS
from tests.production.stage import Stage
from tests.support.people import PATIENCE


@pytest.mark.parametrize("front", ["haproxy", "nginx", "alone"])
async def test_the_front_page_redirects_to_the_chat_on_the_same_host(stage: Stage, front: str) -> None:
    url = f"{'http' if front == 'nginx' else 'https'}://localhost:{stage.ports[front]}"
    async with aiohttp.ClientSession() as http:
        for path, status in (("/", 303), ("/messages", 301)):
            async with http.get(url + path, ssl=stage.trust, allow_redirects=False) as response:
                assert response.status == status
                assert urljoin(url + path, response.headers["Location"]) == f"{url}/messages/"
        async with http.get(f"{url}/robots.txt", ssl=stage.trust) as response:
            assert (response.status, await response.text()) == (200, "User-agent: *\nDisallow: /\n")


@pytest.mark.parametrize("front", ["haproxy", "nginx", "alone"])
async def test_every_answer_has_each_security_header_once(stage: Stage, front: str) -> None:
    url = f"{'http' if front == 'nginx' else 'https'}://localhost:{stage.ports[front]}"
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{url}/messages/sign-in/", ssl=stage.trust) as answer:
            page = await answer.text()
        style = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
        paths = [
            "/",
            "/robots.txt",
            "/favicon.ico",
            "/messages",
            "/nowhere",
            "/messages/sign-in/",
            "/messages/nowhere",
            style,
        ]
        answers = []
        for path in paths:
            async with http.get(url + path, ssl=stage.trust, allow_redirects=False) as answer:
                answers.append(answer)
        async with http.post(f"{url}/messages/sign-in/", data=b"x" * 200_000, ssl=stage.trust) as answer:
            answers.append(answer)
    for answer in answers:
        for name, value in (HEADERS | HSTS["subdomains"]).items():
            assert answer.headers.getall(name, []) == [value], (str(answer.url), answer.status, name)
    assert [answer.status for answer in answers] == [303, 200, 204, 301, 404, 200, 404, 200, 413]


async def test_internal_addresses_are_not_reachable(stage: Stage) -> None:
    async with aiohttp.ClientSession() as http:
        for base in (stage.url, stage.cut_url, f"http://127.0.0.1:{stage.ports['nginx']}"):
            for path in ("/healthz", "/readyz", "/metrics", "/%68ealthz", "//healthz", "/messages/../readyz"):
                async with http.get(URL(base + path, encoded=True), ssl=stage.trust) as response:
                    assert response.status in {400, 404}, (base, path)


async def test_ipv6_works_and_plain_http_redirects_to_tls(stage: Stage) -> None:
    async with aiohttp.ClientSession() as http:
        url = f"https://[::1]:{stage.ports['haproxy']}/messages/sign-in/"
        async with http.get(url, ssl=stage.trust) as response:
            assert response.status == 200
        url = f"http://127.0.0.1:{stage.ports['plain']}/messages/"
        async with http.get(url, allow_redirects=False) as response:
            assert response.status == 301
            assert response.headers["Location"].startswith("https://")


async def test_another_system_user_cannot_connect_to_the_unix_socket(stage: Stage) -> None:
    await stage.instance_ready(1)
    mode = (stage.folder / "run" / "1" / "http.sock").stat()
    assert mode.st_mode & 0o777 == 0o660
    assert mode.st_gid == stage.user.pw_gid


@pytest.mark.parametrize("front", ["haproxy", "alone"])
async def test_no_log_contains_a_reset_link(stage: Stage, front: str) -> None:
    token = f"a-link-of-{front}"
    async with aiohttp.ClientSession() as http:
        for path in (f"reset/{token}/", f"sign-in/?after-{front}"):
            async with http.get(f"https://localhost:{stage.ports[front]}/messages/{path}", ssl=stage.trust) as page:
                await page.read()

    def logs_with(text: str) -> list[str]:
        # Only the logs of gunicorn contain every address, for these tests.
        paths = [path for path in (stage.folder / "logs").iterdir() if not path.name.startswith("gunicorn")]
        return [path.name for path in paths if text in path.read_text(errors="replace")]

    async with asyncio.timeout(PATIENCE):
        while not logs_with(f"after-{front}"):  # a proxy writes its line after the answer
            await asyncio.sleep(0.05)
    assert logs_with(token) == []
