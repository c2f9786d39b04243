"""What keeps the server from working: one clear sentence, wherever it is started, and no traceback."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port
from psycopg2.extensions import make_dsn, parse_dsn

from chatserver.config.settings import Config, ConfigError
from chatserver.resources import folder
from chatserver.server.preflight import checks, postgresql
from tests.conftest import execute
from tests.conversations.test_groups import chatserver

pytestmark = pytest.mark.long

ROOT = folder("tests").parent
WAYS = ["check", "serve", "gunicorn"]
ROLES = """
create role without_rights login;
create role a_reader login;
grant select on all tables in schema public to a_reader;
grant connect on database postgres to public
"""


async def start(config: Config, way: str, **settings: str) -> tuple[int, str]:
    """Starts or checks the server in one of its ways; returns the exit code and all that was said."""
    settings = {"LOOP_LAG_WARNING": "0", **settings}  # a busy machine is not what is tested
    if way != "gunicorn":
        code, output, errors = await chatserver(config, way, **settings)
        return code, output + errors
    environ = {
        **os.environ, "DATABASE_URL": str(config.database_url), "REDIS_URL": str(config.redis_url),
        "REDIS_PREFIX": config.redis_prefix, "DATA_DIR": str(config.data_dir), "PORT": str(config.port), **settings,
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning",
        cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def said(answer: tuple[int, str], *sentences: str) -> None:
    code, text = answer
    assert code == 1, text
    assert "Traceback" not in text
    assert text.startswith("chatserver: ")
    for sentence in sentences:
        assert sentence in text, text
    assert len(text.strip().splitlines()) == len(sentences)


@pytest.fixture
def as_user(config: Config) -> Iterator[Callable[[str], str]]:
    """DATABASE_URL as another user of PostgreSQL."""
    url = str(config.database_url)
    for statement in ROLES.split(";"):
        execute(url, statement)
    yield lambda user: make_dsn(**parse_dsn(url) | {"user": user})
    for role in ("without_rights", "a_reader"):
        execute(url, f"drop owned by {role}; drop role {role}")


async def test_all_is_well(config: Config) -> None:
    assert await start(config, "check") == (0, "All is well.\n")


@pytest.mark.parametrize("way", WAYS)
async def test_servers_that_are_away_are_both_told(config: Config, way: str) -> None:
    settings = {"DATABASE_URL": "postgresql://127.0.0.1:1/chat", "REDIS_URL": "redis://127.0.0.1:1"}
    said(await start(config, way, **settings), "Is it running, and is DATABASE_URL right?", "is REDIS_URL right?")


@pytest.mark.parametrize("way", WAYS)
async def test_an_old_schema_is_to_be_migrated_and_a_newer_one_wants_newer_code(config: Config, way: str) -> None:
    url = str(config.database_url)
    execute(url, "insert into migrations values ('9999_tomorrows', now())")
    try:
        said(await start(config, way), "made by a newer version of chatserver (9999_tomorrows): update the code.")
    finally:
        execute(url, "delete from migrations where name = '9999_tomorrows'")
    execute(url, "create table kept as select * from migrations; delete from migrations")
    try:
        said(await start(config, way), "older than this version: run `python -m chatserver migrate`.")
    finally:
        execute(url, "insert into migrations select * from kept; drop table kept")


@pytest.mark.parametrize("way", WAYS)
async def test_a_user_without_rights_is_told_which(config: Config, way: str, as_user: Callable[[str], str]) -> None:
    code, text = await start(config, way, DATABASE_URL=as_user("a_reader"))
    assert code == 1
    assert "a_reader may not insert, update, delete in the table messages: as its owner, GRANT insert" in text
    assert "Traceback" not in text


async def test_a_user_who_sees_nothing_is_told_so(config: Config, as_user: Callable[[str], str]) -> None:
    url = as_user("without_rights")
    said(await start(config, "check", DATABASE_URL=url), "without_rights may not do this (permission denied for table")


async def test_a_database_or_a_user_that_there_is_not_is_named(config: Config) -> None:
    parts = parse_dsn(str(config.database_url))
    for change, name in (({"dbname": "nowhere"}, 'database "nowhere"'), ({"user": "nobody_here"}, "nobody_here")):
        answer = await start(config, "check", DATABASE_URL=make_dsn(**parts | change))
        said(answer, name)


@pytest.mark.parametrize("url", ["postgresql://[", "postgresql://u:p@h:port/x", "postgres//u:hunter22@h/x"])
@pytest.mark.parametrize("way", WAYS)
async def test_a_url_that_makes_no_sense_is_a_sentence(config: Config, url: str, way: str) -> None:
    answer = await start(config, way, DATABASE_URL=url)
    said(answer, "DATABASE_URL cannot be parsed")
    assert "hunter22" not in answer[1]


@pytest.mark.parametrize("url", ["redis://h:port", "redis://[", "redis://h/notadb", "unix:///nowhere/at/all"])
async def test_a_redis_url_that_leads_nowhere_is_a_sentence(config: Config, url: str) -> None:
    code, text = await start(config, "check", REDIS_URL=url)
    assert (code, "Traceback" in text) == (1, False)
    assert "REDIS_URL" in text


@pytest.mark.parametrize("way", WAYS)
async def test_several_hosts_without_a_word_on_which_takes_writes_are_warned_of(config: Config, way: str) -> None:
    parts = parse_dsn(str(config.database_url))
    hosts = parts | {"host": f"{parts['host']},{parts['host']}", "port": f"{parts['port']},{parts['port']}"}
    for changes, warned in ((hosts, True), (hosts | {"target_session_attrs": "read-write"}, False), (parts, False)):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # so that it ends
            taken.listen()
            port = str(taken.getsockname()[1])
            code, text = await start(config, way, DATABASE_URL=make_dsn(**changes), PORT=port)
        assert code == (0 if way == "check" else 1), text
        assert ("DATABASE_URL names several hosts without target_session_attrs" in text) is warned


@pytest.mark.parametrize("way", WAYS)
async def test_a_former_name_of_a_setting_is_warned_of_once(config: Config, way: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # so that it ends
        taken.listen()
        _, text = await start(config, way, PEOPLE_A_MINUTE="7", PORT=str(taken.getsockname()[1]))
    assert text.count("PEOPLE_A_MINUTE is the former name of NAME_LOOKUPS_PER_MINUTE, and will stop working") == 1


async def test_a_postgresql_that_takes_no_writes_is_told_as_such(config: Config) -> None:
    url = make_dsn(config.database_url, options="-c default_transaction_read_only=on")
    for way in ("check", "migrate"):
        said(await start(config, way, DATABASE_URL=url), "PostgreSQL takes no writes: name the primary in DATABASE_URL")


async def test_an_old_postgresql_is_refused(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "OLDEST", 990_000)
    with pytest.raises(ConfigError, match="which is too old: 14 or newer is required"):
        await asyncio.to_thread(checks.refuse_to_start, config)


@pytest.mark.parametrize("way", WAYS)
async def test_a_postgresql_that_acknowledges_what_is_not_on_its_disk_is_refused(config: Config, way: str) -> None:
    url = f"{config.database_url}&options=-csynchronous_commit%3Doff"
    said(await start(config, way, DATABASE_URL=url), "PostgreSQL acknowledges what is not on its disk yet")


async def test_more_connections_than_postgresql_has_are_told_with_a_number_that_would_do(config: Config) -> None:
    many = {"WORKERS": "8", "DATABASE_CONNECTIONS": "40"}
    said(await start(config, "check", **many), "WORKERS × DATABASE_CONNECTIONS are 320: raise max_connections, or set")
    assert await start(config, "check", DATABASE_POOLING="transaction", **many) == (0, "All is well.\n")


async def test_a_users_own_limit_of_connections_counts(config: Config, as_user: Callable[[str], str]) -> None:
    execute(str(config.database_url), "grant select, insert, update, delete on all tables in schema public to a_reader")
    execute(str(config.database_url), "alter role a_reader connection limit 15")
    answer = await start(config, "check", DATABASE_URL=as_user("a_reader"))
    said(
        answer,
        "lets this user have 15 connections, and WORKERS × DATABASE_CONNECTIONS are 20: raise max_connections, or",
    )
    assert "DATABASE_CONNECTIONS to 7 at most" in answer[1]


async def test_check_names_what_an_nginx_in_front_needs_for_longer_messages(config: Config) -> None:
    code, text = await start(config, "check", MAX_MESSAGE_CHARS="12000")
    assert (code, text) == (0, "An nginx in front needs: client_max_body_size 145k;  # MAX_FRAME_BYTES\nAll is well.\n")


async def test_in_production_a_postgresql_without_fsync_is_refused(config: Config) -> None:
    with pytest.raises(ConfigError, match="with fsync = off"):
        await asyncio.to_thread(checks.refuse_to_start, replace(config, app_env="production"))


@asynccontextmanager
async def redis_that(answers: dict[bytes, bytes], version: bytes = b"7.2.4", maxmemory: int = 0) -> AsyncIterator[str]:
    """A Redis that answers some commands in its own way, and the others with OK; its address."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            while head := await reader.readline():
                words = []
                for _ in range(int(head[1:])):
                    size = int((await reader.readline())[1:])
                    words.append((await reader.readexactly(size + 2))[:-2])
                information = b"redis_version:" + version + b"\r\nmaxmemory:%d\r\n" % maxmemory
                information += b"maxmemory_policy:allkeys-lru\r\n"
                plain = b"$%d\r\n%s\r\n" % (len(information), information) if words[0] == b"INFO" else b"+OK\r\n"
                writer.write(answers.get(words[0], plain))

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield "redis://127.0.0.1:%d/0" % server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answers", "version", "sentence"),
    [
        ({}, b"6.2.14", "Redis is version 6.2.14, which is too old: 7 or newer, or Valkey, is required."),
        ({b"SET": b"-READONLY You can't write against a read only replica.\r\n"}, b"7.2.4", "Redis is read-only"),
        ({b"SET": b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"}, b"7.2.4", "Redis is full: raise"),
        ({b"SET": b"-MISCONF Errors writing to the AOF file\r\n"}, b"7.2.4", "it cannot save to its disk"),
        ({b"SET": b"-NOPERM no permissions\r\n"}, b"7.2.4", "and names REDIS_PREFIX, which is test-"),
        ({b"INFO": b"-NOAUTH Authentication required.\r\n"}, b"7.2.4", "password of REDIS_URL (Authentication"),
    ],
)  # fmt: skip
async def test_a_redis_that_will_not_do_is_a_sentence(
    config: Config, answers: dict[bytes, bytes], version: bytes, sentence: str
) -> None:
    async with redis_that(answers, version) as url:
        said(await start(config, "check", REDIS_URL=url), sentence)


async def test_a_redis_that_throws_keys_away_when_it_is_full_is_refused(config: Config) -> None:
    async with redis_that({}, maxmemory=1_000_000) as url:
        said(await start(config, "check", REDIS_URL=url), "Redis throws keys away when it is full, and so signs people")


async def test_a_wrong_password_of_redis_is_a_sentence(config: Config) -> None:
    wrong = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
    async with redis_that({b"AUTH": wrong, b"HELLO": wrong}) as url:
        answer = await start(config, "check", REDIS_URL=url.replace("redis://", "redis://chat:wrong@"))
        said(answer, "Redis refuses the user or the password of REDIS_URL")


@pytest.mark.parametrize("way", WAYS)
async def test_no_worker_at_all_is_refused(config: Config, way: str) -> None:
    said(await start(config, way, WORKERS="0"), "WORKERS must be 1 or more.")


async def test_gunicorns_own_way_to_have_no_worker_is_refused(config: Config) -> None:
    said(await start(config, "gunicorn", GUNICORN_CMD_ARGS="--workers 0"), "WORKERS (--workers) must be 1 or more")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ["0.0.0.0:99999", "foo:bar", "[::1", "unix:"])
async def test_an_address_that_is_none_is_a_sentence(config: Config, way: str, address: str) -> None:
    said(await start(config, way, BIND=address), "BIND must be addresses like 0.0.0.0:8080")


@pytest.mark.parametrize("way", ["check", "gunicorn"])
async def test_a_unix_socket_that_cannot_be_made_is_a_sentence(config: Config, way: str, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    for path, sentence in [
        (tmp_path / "plain", "a file that is not a socket is already there."),
        (Path("/nowhere/x.sock"), "/nowhere is not a folder in which a socket can be created."),
        (tmp_path / ("long" * 30), "its path has more than 107 bytes."),
    ]:
        answer = await start(config, way, BIND=f"127.0.0.1:{config.port}, unix:{path}")
        said(answer, f"Cannot listen on unix:{path}: {sentence} Fix it, or change BIND.")


async def test_gunicorns_own_way_to_name_no_address_is_a_sentence(config: Config) -> None:
    for address in ("127.0.0.1:99999", "nobody.invalid:1", f"{'a' * 70}.example:1"):
        answer = await start(config, "gunicorn", GUNICORN_CMD_ARGS=f"--bind {address}")
        said(answer, f"Cannot listen on {address}: ")


@pytest.mark.parametrize("way", ["serve", "gunicorn"])
@pytest.mark.parametrize("host", ["nobody.invalid", f"{'a' * 70}.example", "192.0.2.1"])
async def test_a_host_that_is_none_is_a_sentence(config: Config, way: str, host: str) -> None:
    port = str(config.port)
    said(await start(config, way, HOST=host, PORT=port), f"Cannot listen on {host}:{port}: ")
    said(
        await start(config, way, METRICS_HOST=host, METRICS_PORT=port), f"on METRICS_HOST {host}, METRICS_PORT {port}: "
    )


@pytest.mark.parametrize("way", ["check", "gunicorn"])
async def test_nowhere_to_keep_the_measurements_is_a_sentence(config: Config, way: str) -> None:
    settings = {"METRICS_PORT": str(unused_port()), "RUNTIME_DIRECTORY": "/nowhere"}
    said(await start(config, way, **settings), "METRICS_PORT needs a folder for what the processes measure")


@pytest.mark.parametrize("way", ["serve", "gunicorn"])
async def test_a_port_in_use_is_a_sentence(config: Config, way: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        port = listening.getsockname()[1]
        code, text = await start(config, way, PORT=str(port))
    assert code == 1
    assert f"chatserver: Cannot listen on 127.0.0.1:{port}: " in text
    assert "Traceback" not in text


@pytest.mark.parametrize("way", WAYS)
async def test_the_secrets_of_the_sample_are_refused(config: Config, way: str) -> None:
    sample = ROOT / "deploy" / "chatserver.env.example"
    settings = dict(line.split("=", 1) for line in sample.read_text().splitlines() if line and line[0] != "#")
    said(await start(config, way, **settings), "a password in DATABASE_URL or REDIS_URL is still")


async def test_static_files_are_laid_out_for_nginx(config: Config, tmp_path: Path) -> None:
    code, output, _ = await chatserver(config, "static", str(tmp_path))
    assert code == 0
    place = Path(output.strip())
    assert place.parent == tmp_path / "messages" / "static"
    assert "class ChatSocket" in (place / "js" / "app.js").read_text()
    assert not (place / "js" / "net").exists()
    assert (place / "css" / "all.css.gz").stat().st_size < (place / "css" / "all.css").stat().st_size


async def test_static_files_that_cannot_be_written_are_a_sentence(config: Config, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, errors = await chatserver(config, "static", str(tmp_path / "file"))
    assert code == 1
    assert errors.startswith("chatserver: The static files cannot be written: ")
