"""`python -m chatserver key …`: keys are shown once, listed without their secrets, and ended."""

import json
import re
from typing import Any

from chatserver.config.settings import Config
from tests.support.commands import chatserver
from tests.support.database import execute


async def key(config: Config, *arguments: str) -> dict[str, Any]:
    code, output, errors = await chatserver(config, "key", *arguments)
    assert code == 0, errors
    printed: dict[str, Any] = json.loads(output)
    return printed


async def test_a_key_is_shown_once_and_only_its_hash_is_stored(config: Config) -> None:
    made = await key(config, "create", "shop")
    assert made.keys() == {"name", "scopes", "key"}
    assert (made["name"], made["scopes"]) == ("shop", ["write"])
    assert re.fullmatch(r"chat_[A-Za-z0-9_-]{43}", made["key"])
    stored = execute(str(config.database_url), "select row_to_json(k)::text from api_keys k")
    assert made["key"][5:] not in str(stored)
    assert made["key"][5:] not in json.dumps(await key(config, "list"))


async def test_a_key_has_the_scopes_that_were_asked_for_each_once(config: Config) -> None:
    made = await key(config, "create", "shop", "--scope", "read", "--scope", "admin", "--scope", "read")
    assert made["scopes"] == ["read", "admin"]
    (listed,) = (await key(config, "list"))["keys"]
    assert (listed["name"], listed["scopes"]) == ("shop", ["read", "admin"])


async def test_a_name_in_use_is_refused_until_its_key_has_ended(config: Config) -> None:
    first = await key(config, "create", "shop")
    code, output, errors = await chatserver(config, "key", "create", "shop")
    assert (code, output) == (1, "")
    assert "shop" in errors
    assert await key(config, "end", "shop") == {"name": "shop", "ended": True}
    assert (await key(config, "create", "shop"))["key"] != first["key"]


async def test_what_cannot_be_done_is_said(config: Config) -> None:
    for arguments in (("end", "nobody"), ("create", ""), ("create", " "), ("create", "a\nb"), ("create", "x" * 101)):
        code, output, errors = await chatserver(config, "key", *arguments)
        assert (code, output, errors.count("\n")) == (1, "", 1), arguments
        assert "Traceback" not in errors
    assert (await chatserver(config, "key", "create", "shop", "--scope", "all"))[0] == 2
    assert (await key(config, "list")) == {"keys": []}
