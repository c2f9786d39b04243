"""The server behaves as `docs/openapi.yaml` says; schemathesis, which `make security` installs, makes the requests.

The file name has no `test_`, so that `make test`, which does not install the tool, leaves it out.
"""

import asyncio
import json
import sys
from pathlib import Path

from chatserver.config.settings import Config
from tests.support.people import Person
from tests.support.programs import known_as, new_key
from tests.support.repository import page
from tests.support.servers import API_KEY, Serve

SCHEMATHESIS = Path(sys.prefix) / "security" / "bin" / "schemathesis"
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
]


async def test_answers_to_ana_and_to_a_program_match_the_description(
    serve: Serve, config: Config, tmp_path: Path
) -> None:
    url = await serve(name_lookups_per_minute=0, searches_a_minute=0)
    key = await new_key(config, "shop", "write", "read", "admin")
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        known_as(config, ana, "ana-1")
        cookies = f"chat_session={ana.session.value}"  # the name in the description
    description = tmp_path / "openapi.yaml"
    description.write_text(with_what_is_there(thread, ana.id))
    await keeps_to(description, ana, "--header", f"Cookie: {cookies}", "--header", f"Authorization: Bearer {key}")


async def test_answers_to_a_visitor_match_the_description(serve: Serve, tmp_path: Path) -> None:
    url = await serve()
    description = tmp_path / "openapi.yaml"
    description.write_text(page("docs/openapi.yaml"))
    async with Person(url, "Nobody") as nobody:
        await keeps_to(description, nobody)


async def keeps_to(description: Path, person: Person, *options: str) -> None:
    """Runs schemathesis with a fixed seed; its output is shown if it finds anything."""
    schemathesis = await asyncio.create_subprocess_exec(
        *[str(SCHEMATHESIS), "run", str(description), "--url", str(person.url.origin()), "--checks", ",".join(CHECKS)],
        *["--seed", "1", "--max-examples", "100", "--no-color", "--warnings", "off", *options],
        cwd=description.parent,
    )
    assert await schemathesis.wait() == 0


def with_what_is_there(thread: int, sender_id: int) -> str:
    """Returns the description with a key, a thread and a sender, which random values would never hit."""
    text = page("docs/openapi.yaml")
    for anything, there in [
        ('sender: {$ref: "#/components/schemas/Sub"}', "sender: {const: ana-1}"),
        ('user: {$ref: "#/components/schemas/Sub"}', "user: {const: ana-1}"),
        ("api_key: {type: string}", f"api_key: {{const: {json.dumps(API_KEY)}}}"),
        ('sender_id: {$ref: "#/components/schemas/Id"}', f"sender_id: {{const: {sender_id}}}"),
        ('name: thread\n      in: path\n      required: true\n      schema: {$ref: "#/components/schemas/Id"}',
         f"name: thread\n      in: path\n      required: true\n      schema: {{const: {thread}}}"),
    ]:  # fmt: skip
        assert text.count(anything) == 1, anything
        text = text.replace(anything, there)
    return text
