"""docs/api.md shows every call with a line of curl, which does what the page says."""

import asyncio
import json
import os
import re
import shlex
import shutil
from typing import Any

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.web.v1.door import V1
from chatserver.web.v1.routes import ROUTES
from tests.support.programs import new_key
from tests.support.repository import page

# A line of curl, and the answer that the page shows below it, '' for none.
CALLS = re.findall(r"```sh\n(curl [^\n]+)\n```\n(?:\n```json\n([^\n]+)\n```\n)?", page("docs/api.md"))


def test_every_call_is_shown() -> None:
    assert page("docs/api.md").count("```sh") == len(CALLS)
    shown = {call_of(line) for line, _ in CALLS}
    assert shown == {(route.method, route.path) for route in ROUTES}


def call_of(line: str) -> tuple[str, str]:
    """The method and the route that a line of curl calls."""
    words = shlex.split(line)
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if "--json" in words else "GET"
    (address,) = [word for word in words if word.startswith("$CHAT")]
    path = V1 + address.removeprefix("$CHAT/").partition("?")[0].replace("$THREAD", "{thread}")
    path = re.sub(r"users/\d+", "users/{sub}", path)
    return method, re.sub(r"groups/[\w-]+", "groups/{key}", path)


@pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl")
async def test_every_call_answers_as_it_is_shown(url: URL, config: Config) -> None:
    environ = os.environ | {
        "CHAT": f"{url.origin()}{V1}".rstrip("/"),
        "KEY": await new_key(config, "shop", "write", "read", "admin"),
        "no_proxy": "*",
    }
    for line, shown in CALLS:
        curl = await asyncio.create_subprocess_exec(
            "bash", "-c", line.replace("curl ", "curl -q -sS --fail-with-body ", 1),
            env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, errors = await curl.communicate()
        assert (curl.returncode, errors) == (0, b""), (line, output)
        answer: Any = json.loads(output) if output else None
        assert shape(answer) == shape(json.loads(shown) if shown else None), line
        if call_of(line) == ("POST", f"{V1}pairs"):
            environ["THREAD"] = str(answer["id"])


def shape(value: Any) -> Any:
    """The names and kinds of what an answer holds; of a list those of its first entry."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__
