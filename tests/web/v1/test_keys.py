"""A key opens the API, and nothing else does."""

import json
from collections import Counter
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import aiohttp
import pytest
from yarl import URL

from chatserver.accounts import api_keys
from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.counting import without_background
from tests.support.people import Person
from tests.support.programs import V1, Program, new_key, program

NOWHERE = f"{V1}nowhere"


async def ask(url: URL, method: str = "GET", path: str = NOWHERE, **options: Any) -> tuple[int, str, str | None]:
    async with aiohttp.ClientSession(url) as http, http.request(method, path, **options) as response:
        return response.status, (await response.json())["code"], response.headers.get("WWW-Authenticate")


async def test_without_a_key_every_address_of_the_api_answers_alike(url: URL) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        for path in (V1, NOWHERE, f"{V1}threads/1", f"{V1}users/ana"):
            assert await ask(url, method, path) == (401, "bad_key", "Bearer")


@pytest.mark.parametrize(
    "given",
    [
        "", "Bearer", "Bearer ", "{key}", "Basic {key}", "Bearer{key}", "Bearer {key}x", "Bearer x{key}",
        "Bearer {key} {key}", "Bearer chat_", "Bearer chat_" + "x" * 43, "Bearer " + "x" * 48, "Bearer " + "x" * 5000,
        "Bearer \xe9",
    ],
)  # fmt: skip
async def test_a_key_that_is_none_opens_nothing(url: URL, config: Config, given: str) -> None:
    key = await new_key(config, "shop", "write", "read", "admin")
    assert await ask(url, headers={"Authorization": given.replace("{key}", key)}) == (401, "bad_key", "Bearer")


async def test_a_key_counts_in_its_header_alone(url: URL, config: Config) -> None:
    key = await new_key(config, "shop", "write", "read", "admin")
    ways: list[dict[str, Any]] = [
        {"params": {"key": key, "access_token": key, "api_key": key}},
        {"method": "POST", "json": {"api_key": key, "access_token": key}},
        {"method": "POST", "data": {"api_key": key, "access_token": key}},
        {"cookies": {"api_key": key, "Authorization": f"Bearer {key}"}},
        {"headers": {"X-Api-Key": key}},
        {"headers": [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]},
    ]
    for options in ways:
        assert await ask(url, **options) == (401, "bad_key", "Bearer")


async def test_a_session_opens_nothing_here(ana: Person) -> None:
    assert (await ana.get("/messages/session")).status == 200
    answer = await ana.get(NOWHERE)
    assert (answer.status, json.loads(answer.text)["code"]) == (401, "bad_key")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_a_key_opens_the_api_whatever_the_case_of_its_scheme(url: URL, config: Config, scheme: str) -> None:
    key = await new_key(config, "shop", "write")
    assert await ask(url, headers={"Authorization": f"{scheme} {key}"}) == (404, "not_found", None)


async def test_no_other_page_may_read_the_answers(shop: Program) -> None:
    """There is no CORS: a key does not belong into a browser."""
    answer = await shop.call("OPTIONS", "threads/1", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


async def test_a_key_that_was_ended_opens_nothing_after_a_few_seconds(
    url: URL, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await new_key(config, "shop", "write")
    async with program(url, key) as shop:
        assert (await shop.get("nowhere")).refusal == (404, "not_found")
        assert (await chatserver(config, "key", "end", "shop"))[0] == 0
        later = monotonic() + 4
        monkeypatch.setattr(api_keys, "monotonic", lambda: later)
        assert (await shop.get("nowhere")).refusal == (401, "bad_key")
    assert api_keys.REMEMBERED < 5


async def test_a_key_costs_no_query_while_it_is_known(shop: Program, queries: Counter[str]) -> None:
    await shop.get("nowhere")
    queries.clear()
    for _ in range(3):
        await shop.get("nowhere")
    assert not without_background(queries)


async def test_the_hour_of_the_last_use_is_listed(url: URL, config: Config) -> None:
    key = await new_key(config, "shop", "write")
    listed = json.loads((await chatserver(config, "key", "list"))[1])["keys"]
    assert listed[0]["used_at"] is None
    before = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    async with program(url, key) as shop:
        await shop.get("nowhere")
    (shown,) = json.loads((await chatserver(config, "key", "list"))[1])["keys"]
    assert shown.keys() == {"name", "scopes", "made_at", "used_at"}
    assert before <= datetime.fromisoformat(shown["used_at"])
    assert shown["used_at"].endswith(":00:00.000Z")


async def test_the_log_names_the_key_of_a_call_and_not_its_secret(
    url: URL, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "chatserver.access")
    key = await new_key(config, "shop", "write")
    async with program(url, key) as shop:
        await shop.get("threads/1?secret=1")
    (line,) = [record for record in caplog.records if record.message == "request"]
    assert (line.__dict__["key"], line.__dict__["status"]) == ("shop", 404)
    assert "user" not in line.__dict__
    assert key not in str(line.__dict__)
