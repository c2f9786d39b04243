"""The files of deploy/ before the programs that read them."""

import configparser
import shutil
import subprocess
from pathlib import Path

from tests.production.files import DEPLOY, render
from tests.production.programs import program
from tests.production.stage import Stage


def said(*command: object) -> str:
    """What a program says to a file; it must have nothing against it."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


async def test_nginx_takes_the_site_of_its_own_with_tls(stage: Stage) -> None:
    main = stage.write_nginx_alone(stage.folder / "nginx-alone-test")
    assert "[warn]" not in said(program("nginx"), "-t", "-p", main.parent, "-c", main)


async def test_nginx_and_haproxy_take_those_of_several_servers(stage: Stage) -> None:
    main = stage.write_nginx(stage.folder / "nginx-test")
    said(program("nginx"), "-t", "-p", main.parent, "-c", main)
    assert "WARNING" not in said(program("haproxy"), "-c", "-f", stage.write_haproxy())


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for name in ("gunicorn", "python"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    user = "daemon"  # any that is here
    unit = render("chatserver@.service", tmp_path / "chatserver@.service")
    unit.replace(("/opt/chatserver/bin", tmp_path), ("User=chatserver", f"User={user}"))
    unit.replace(("Group=chatserver\n", "")).write()
    render("chatserver.target", tmp_path / "chatserver.target").write()
    shutil.copy(tmp_path / "chatserver@.service", tmp_path / "chatserver@1.service")
    shutil.copy(tmp_path / "chatserver@.service", tmp_path / "chatserver@2.service")
    output = said(
        program("systemd-analyze"),
        "verify",
        "--man=no",
        tmp_path / "chatserver@1.service",
        tmp_path / "chatserver.target",
    )
    assert "chatserver" not in output, output


def test_prometheus_takes_the_alarms() -> None:
    said(program("promtool"), "check", "rules", DEPLOY / "alerts.yml")


async def test_supervisor_runs_two_instances_and_ends_them(stage: Stage, tmp_path: Path) -> None:
    place = stage.folder / "supervisor"
    own = render("supervisor.conf", place / "chatserver.conf").replace(
        ("/opt/chatserver/bin/gunicorn", f"{stage.python} -m gunicorn"),
        ("/etc/chatserver/chatserver.env", stage.folder / "chatserver.env"),
        ("127.0.0.1:800", "127.0.0.1:1880"),
        ("user=chatserver\n", ""),
        ("directory=/", f"directory={DEPLOY.parent}"),
        ("/var/log/supervisor", place),
    )  # fmt: skip
    head = f"[supervisord]\nnodaemon=true\npidfile={place}/pid\nlogfile={place}/log\n"
    path = own.write()
    path.write_text(head + path.read_text())
    assert configparser.RawConfigParser(interpolation=None).read(path)
    stage.run("supervisor", program("supervisord"), "-c", path, as_user=False)
    for port in (18801, 18802):
        await stage.answers(f"http://127.0.0.1:{port}/readyz", 40)
    assert stage.end("supervisor") < 10
