"""The server does as `docs/openapi.yaml` says, whatever it is asked: by schemathesis, which `make security` installs.

No `test_` in its name: `make test`, which lacks the tool, leaves it out.
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.support.people import Person
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


async def test_ana_is_answered_as_it_is_described(serve: Serve, tmp_path: Path) -> None:
    url = await serve(name_lookups_per_minute=0)
    async with Person(url, "Ana") as ana, Person(url, "Ben") as ben:
        await ana.sign_up()
        thread = await ana.writes_to(await ben.sign_up())
        cookies = f"chat_session={ana.session.value}"  # as the description names it
    description = tmp_path / "openapi.yaml"
    description.write_text(with_what_is_there(thread, ana.id))
    await keeps_to(description, ana, "--header", f"Cookie: {cookies}")


async def test_nobody_is_answered_as_it_is_described(serve: Serve, tmp_path: Path) -> None:
    url = await serve()
    description = tmp_path / "openapi.yaml"
    description.write_text(page("docs/openapi.yaml"))
    async with Person(url, "Nobody") as nobody:
        await keeps_to(description, nobody)


async def keeps_to(description: Path, person: Person, *options: str) -> None:
    """Asks whatever schemathesis thinks of, the same each time; what it says is shown when it finds anything."""
    schemathesis = await asyncio.create_subprocess_exec(
        *[str(SCHEMATHESIS), "run", str(description), "--url", str(person.url.origin()), "--checks", ",".join(CHECKS)],
        *["--seed", "1", "--max-examples", "100", "--no-color", "--warnings", "off", *options],
        cwd=description.parent,
    )
    assert await schemathesis.wait() == 0


def with_what_is_there(thread: int, sender_id: int) -> str:
    """The description, with the key, the thread and the sender that random values would never hit."""
    text = page("docs/openapi.yaml")
    for anything, there in [
        ("api_key: {type: string}", f"api_key: {{const: {json.dumps(API_KEY)}}}"),
        ('sender_id: {$ref: "#/components/schemas/Id"}', f"sender_id: {{const: {sender_id}}}"),
        ('in: path\n      required: true\n      schema: {$ref: "#/components/schemas/Id"}',
         f"in: path\n      required: true\n      schema: {{const: {thread}}}"),
    ]:  # fmt: skip
        assert text.count(anything) == 1, anything
        text = text.replace(anything, there)
    return text
