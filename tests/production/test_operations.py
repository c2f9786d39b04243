"""The commands of docs/deploy.md and docs/operations.md that an operator types."""

import csv
import os
import shutil
import subprocess
import time
import venv
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from tests.faults.checker import Report
from tests.production.files import DEPLOY, Rendering, command
from tests.production.judging import judge
from tests.production.programs import program
from tests.production.stage import SECRET, Stage
from tests.production.visitors import Visitors
from tests.support.people import Person
from tests.support.ports import unused_port


def servers(stage: Stage, name: str = "haproxy") -> dict[str, dict[str, str]]:
    """Returns haproxy's statistics by backend/server."""
    output = stage.shell(f"echo 'show stat' | socat stdio run/{name}.sock").removeprefix("# ")
    return {f"{row['pxname']}/{row['svname']}": row for row in csv.DictReader(output.splitlines())}


# -- haproxy ----------------------------------------------------------------------------------------------------------


async def test_everyone_leaves_a_drained_machine_and_nobody_is_refused(talk: Stage) -> None:
    def do(what: str) -> None:
        said = talk.shell(command("deploy.md", what), ("/run/haproxy/admin.sock", "run/haproxy.sock"))
        assert not said.strip(), said

    def asked() -> int:
        return int(servers(talk)["pages/one"]["stot"])

    def open_chats() -> int:
        return sum(int(servers(talk)[f"sockets/one-{number}"]["scur"]) for number in (1, 2))

    await talk.people_talk(5)
    do("state drain")
    try:
        before, stay = asked(), open_chats()
        async with Visitors(talk) as visitors:
            await visitors.come(talk.url, 1)
            await talk.until(lambda: visitors.answered > 30, 30)
        assert asked() == before
        assert open_chats() == stay > 0
        do("shutdown sessions")
        await talk.until(lambda: open_chats() == 0, 10)
        await judge(talk, Report("a machine is drained"), time.monotonic())
        assert open_chats() == 0
        assert not visitors.refusals
        assert not any(each.refused for each in talk.talkers + talk.listeners)
    finally:
        do("state ready")
    await talk.until(lambda: servers(talk)["pages/one"]["status"] == "UP", 10)


async def test_a_site_beside_the_chat_answers_while_the_chat_is_not_ready(stage: Stage) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=f"the site's {request.path}")

    site = web.Application()
    site.router.add_get("/{path:.*}", answer)
    async with TestServer(site, host="127.0.0.1") as server:
        port = start_haproxy_beside(stage, server.port or 0)
        try:
            async with Person(URL(f"https://localhost:{port}"), "Ana-beside", trust=stage.trust) as ana:
                await stage.answers(f"https://localhost:{port}/messages/sign-in/", 20)
                await ana.sign_up()
                await sees_site_and_chat(ana, 200)
                stage.end("redis")
                try:
                    await stage.until(lambda: servers(stage, "beside")["pages/BACKEND"]["status"] == "DOWN", 20)
                    await sees_site_and_chat(ana, 503)
                finally:
                    stage.start_redis()
        finally:
            stage.end("beside")
    await stage.ready()


def start_haproxy_beside(stage: Stage, site: int) -> int:
    """Starts another haproxy for a site and the chat, which has its own host or path."""
    port, plain = unused_port(), unused_port()
    path = stage.folder / "haproxy" / "beside.cfg"
    config = Rendering(stage.write_haproxy().read_text(), path).replace(
        (f":{stage.ports['haproxy']} ", f":{port} "),
        (f":{stage.ports['plain']}\n", f":{plain}\n"),
        (f":{stage.ports['plain']} v6only", f":{plain} v6only"),
        ("run/haproxy.sock", "run/beside.sock"),
        ("    acl to_chat always_true\n", ""),
        ("    # acl to_chat", "    acl to_chat"),
        ("    # default_backend site", "    default_backend site"),
        ("# backend site\n#     server site 10.0.0.20:80", f"backend site\n    server site 127.0.0.1:{site}"),
    )
    stage.run("beside", program("haproxy"), "-db", "-f", config.write(), as_user=False)
    return port


async def sees_site_and_chat(ana: Person, chat: int) -> None:
    for path in ("/", "/healthz", "/messages-from-us/"):
        answer = await ana.get(path)
        assert (answer.status, answer.text) == (200, f"the site's {path}")
    assert (await ana.get("/healthz", headers={"Host": "chat.example.org"})).status == 404
    assert (await ana.get("/messages/session")).status == chat


# -- an update ------------------------------------------------------------------------------------------------------


def test_the_documented_update_removes_packages_that_the_new_version_lacks(tmp_path: Path) -> None:
    source, program = tmp_path / "source", tmp_path / "program"
    shutil.copytree(DEPLOY.parent, source, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info"))
    venv.create(program, with_pip=True)
    [packages] = program.glob("lib/python*/site-packages")
    gone = ("gone.py", "sql/queries/gone.sql", "sql/migrations/9999_gone.sql", "templates/pages/gone.html")
    planted = [source / ("chatserver" if path.endswith(".py") else "") / path for path in gone]
    for path in planted:
        path.touch()

    def install(what: str) -> list[str]:
        lines = command("deploy.md", what).splitlines()
        ours = [line for line in lines if line.endswith(("$SOURCE", "wheel setuptools", "$SOURCE/build"))]
        script = "\n".join(ours).replace("/opt/chatserver", str(program))
        subprocess.run(["bash", "-euxc", script], env={**os.environ, "SOURCE": str(source)}, check=True)
        return [path for path in gone if (packages / "chatserver" / path).exists()]

    assert install("useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin chatserver\n") == list(gone)
    for path in planted:
        path.unlink()
    assert install("--force-reinstall") == []


# -- secrets ----------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
async def test_members_of_the_chats_group_such_as_nginx_cannot_read_its_secrets(stage: Stage) -> None:
    place = stage.folder / "etc"
    stage.shell(
        command("deploy.md", "change-me-secret-key"),
        ("/etc/chatserver", place),
        ("/opt/chatserver/bin/python", stage.python),
        ("-o chatserver", f"-o {stage.user.pw_name}"),
        SOURCE=DEPLOY.parent,
        DOMAIN="chat.example.org",
        HSTS="subdomains",
        CONNECTIONS=80,
        PYTHONPATH=DEPLOY.parent,
    )

    def reads(uid: int, path: Path) -> bool:
        who: dict[str, Any] = {"user": uid, "group": uid, "extra_groups": [stage.user.pw_gid]}
        return subprocess.run(["cat", path], **who, capture_output=True, check=False).returncode == 0

    files = sorted(place.iterdir())
    assert [path.name for path in files] == ["chatserver.env", "owner.env"]
    assert "change-me" not in "".join(path.read_text() for path in files)
    daemon = 1
    assert [path.name for path in files if reads(daemon, path)] == []
    assert [path.name for path in files if reads(stage.user.pw_uid, path)] == ["chatserver.env"]


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


async def test_the_documented_backup_can_be_restored_as_documented(stage: Stage) -> None:
    await stage.provision(users=4, threads=2, messages=50)
    port = unused_port()
    stage.start_postgres("postgres-restored", port)
    as_superuser = {"PGHOST": stage.folder / "run", "PGUSER": "postgres"}
    ours = ("runuser -u postgres -- ", "")
    stage.shell(command("operations.md", "pg_dump"), ours, **as_superuser, PGPORT=stage.ports["postgres"])
    [dump] = stage.folder.glob("chatserver-*.dump")
    assert dump.stat().st_mode & 0o077 == 0
    stage.shell(command("operations.md", "pg_restore"), ours, ("chatserver-….dump", dump), **as_superuser, PGPORT=port)
    stage.shell(command("operations.md", "tar --create"), ("/var/lib/chatserver", stage.folder))
    [files], fresh = stage.folder.glob("chatserver-files-*.tar"), stage.folder / "fresh"
    to_fresh = ("/var/lib/chatserver", fresh), ("-o chatserver -g chatserver ", ""), ("chatserver-files-….tar", files)
    stage.shell(command("operations.md", "tar --extract"), *to_fresh)
    code, output = stage.check(DATABASE_URL=stage.database("chatserver", SECRET, port), FILES_DIR=str(fresh / "files"))
    assert (code, output.splitlines()[-1]) == (0, "All is well.")  # the index of the search may lag behind
    both = [messages(stage.owner_url), messages(stage.database("chatserver_owner", f"{SECRET}-owner", port))]
    assert both[0] == both[1]
    assert len(both[0]) >= 50
    stage.end("postgres-restored")


def messages(url: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("select thread_id, seq, text from messages order by thread_id, seq")
        return cursor.fetchall()
