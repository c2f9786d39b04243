"""The programs for which the files of deploy/ are written accept them."""

import configparser
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

from tests.production.files import DEPLOY, render
from tests.production.programs import program
from tests.production.stage import Stage


def said(*command: object) -> str:
    """Runs a program that checks a file, and returns its output; it must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


async def test_nginx_accepts_the_sample_for_a_single_server(stage: Stage) -> None:
    main = stage.write_nginx_alone(stage.folder / "nginx-alone-test")
    assert "[warn]" not in said(program("nginx"), "-t", "-p", main.parent, "-c", main)


async def test_nginx_and_haproxy_accept_the_samples_for_several_servers(stage: Stage) -> None:
    main = stage.write_nginx(stage.folder / "nginx-test")
    said(program("nginx"), "-t", "-p", main.parent, "-c", main)
    assert "WARNING" not in said(program("haproxy"), "-c", "-f", stage.write_haproxy())


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    for name in ("gunicorn", "python"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    user = "daemon"  # any existing user
    for name in ("chatserver@.service", "chatserver-courier.service"):
        unit = render(name, tmp_path / name)
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
        tmp_path / "chatserver-courier.service",
        tmp_path / "chatserver.target",
    )
    assert "chatserver" not in output, output


def test_prometheus_accepts_the_alerts() -> None:
    said(program("promtool"), "check", "rules", DEPLOY / "alerts.yml")


def test_the_first_failure_of_a_page_fires_an_alert() -> None:
    """The series of a route's failures begins with its first failure."""
    folder = DEPLOY.parent / "tests" / "production"
    said(program("promtool"), "test", "rules", folder / "alerts_test.yml")


def test_haproxy_lists_every_instance_of_every_machine() -> None:
    target, haproxy = (DEPLOY / "chatserver.target").read_text(), (DEPLOY / "haproxy.cfg").read_text()
    instances = re.findall(r"chatserver@(\d)\.service", target)
    machines = set(re.findall(r"server \w+ ([\d.]+):8080", haproxy))
    listed = Counter(re.findall(r"server [\w-]+ ([\d.]+:800\d)", haproxy))
    assert len(machines) == len(instances) == 2
    assert listed == {f"{machine}:800{instance}": 2 for machine in machines for instance in instances}


def test_an_image_contains_nothing_that_git_ignores() -> None:
    kept_out, ignored = ((DEPLOY.parent / name).read_text().split() for name in (".gitignore", ".dockerignore"))
    left_out = {line.strip("/").removeprefix("**/") for line in ignored}
    assert {".git", ".env"} <= left_out
    assert [line for line in kept_out if line.strip("/") not in left_out and line.split("/")[0] not in left_out] == []


async def test_supervisor_runs_two_instances_and_a_courier_and_ends_them(stage: Stage, tmp_path: Path) -> None:
    place = stage.folder / "supervisor"
    own = render("supervisor.conf", place / "chatserver.conf").replace(
        ("/opt/chatserver/bin/gunicorn", f"{stage.python} -m gunicorn"),
        ("/opt/chatserver/bin/python", stage.python),
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
    await stage.until(lambda: "chatserver-courier entered RUNNING state" in (place / "log").read_text(), 20)
    assert stage.end("supervisor") < 10
