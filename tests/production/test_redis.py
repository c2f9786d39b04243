"""A new Redis password and a new Redis, while people stay signed in."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError
from yarl import URL

from tests.production.files import command
from tests.production.stage import ADMINISTRATOR, Stage
from tests.support.people import Person
from tests.support.ports import unused_port

BEFORE = "the-password-before"


@pytest.fixture
async def ana(stage: Stage) -> AsyncIterator[Person]:
    """Ana, whose session is in a Redis of its own, `redis-old`, with the password BEFORE."""
    port = stage.ports["redis-old"] = unused_port()
    await stage.restart_with(REDIS_URL=stage.start_redis("redis-old", port, BEFORE))
    async with Person(URL(stage.url), f"Ana-{port}", trust=stage.trust) as ana:
        yield await ana.sign_up()
    await stage.restart_with()
    for name in ("redis-old", "redis-new"):
        if name in stage.ports:
            stage.end(name)
            shutil.rmtree(stage.folder / name)
            del stage.ports[name]


def redis_admin(stage: Stage, name: str, script: str, *changes: tuple[str, object], **settings: object) -> str:
    """Runs a script as Redis's administrator."""
    function = command("operations.md", "redis_admin() {").partition("\n}\n")[0] + "\n}\n"
    ours = (
        ("/etc/chatserver/redis.conf", stage.folder / name / "redis.conf"),
        ("redis-cli -p 6380", f"redis-cli -p {stage.ports[name]}"),
    )
    said = stage.shell(function + script, *ours, *changes, **settings)
    assert "ERR" not in said
    assert "NOAUTH" not in said
    return said


async def is_signed_in(person: Person) -> bool:
    return (await person.get("/messages/session")).status == 200


async def test_a_new_redis_password_signs_nobody_out_and_only_the_administrator_can_flush(
    stage: Stage, ana: Person
) -> None:
    port = stage.ports["redis-old"]
    settings = stage.folder / "redis-old" / "chatserver.env"
    settings.write_text(f"REDIS_URL=redis://chatserver:{BEFORE}@127.0.0.1:{port}/0\n")
    redis_admin(
        stage, "redis-old", command("operations.md", "acl setuser chatserver >$NEW"),
        ("/etc/chatserver/chatserver.env", settings),
    )  # fmt: skip
    assert await is_signed_in(ana)
    url = settings.read_text().strip().removeprefix("REDIS_URL=")
    assert BEFORE not in url
    await stage.restart_with(REDIS_URL=url)
    redis_admin(stage, "redis-old", command("operations.md", "acl setuser chatserver <$OLD"), OLD=BEFORE)
    with pytest.raises(AuthenticationError):
        Redis(port=port, username="chatserver", password=BEFORE).ping()
    assert await is_signed_in(ana)
    stage.end("redis-old")
    stage.start_redis("redis-old", port)  # from its present configuration file
    with pytest.raises(NoPermissionError):
        Redis.from_url(url).flushdb()
    assert await is_signed_in(ana)
    redis_admin(stage, "redis-old", 'echo "flushdb" | redis_admin')
    assert not await is_signed_in(ana)


async def test_moving_to_a_new_redis_signs_nobody_out(stage: Stage, ana: Person) -> None:
    port = stage.ports["redis-new"] = unused_port()
    url = stage.start_redis("redis-new", port, "new")
    redis_admin(
        stage, "redis-new", command("operations.md", "config set masteruser"),
        ("replicaof 10.0.0.1 6380", f"replicaof 127.0.0.1 {stage.ports['redis-old']}"),
        OLD_ADMINISTRATOR_PASSWORD=ADMINISTRATOR,
    )  # fmt: skip
    new = Redis(port=port, username="administrator", password=ADMINISTRATOR)
    async with asyncio.timeout(20):
        while new.info("replication")["master_link_status"] != "up":
            await asyncio.sleep(0.05)
    redis_admin(stage, "redis-new", 'echo "replicaof no one" | redis_admin')
    await stage.restart_with(REDIS_URL=url)
    assert await is_signed_in(ana)
