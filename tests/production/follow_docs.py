"""Follows docs/deploy.md on a bare Debian in a folder made by debootstrap: every block of commands, in order.

python -m tests.production.follow_docs WAY FOLDER [SUITE]

WAY is one of the page's ways: `alone`, with a host name of the chat's own; `beside` a Django site that has its own
PostgreSQL, nginx and a Redis with keys; `shared`, beside it and with its Redis. SUITE is `bookworm` or `trixie`.

It needs root, debootstrap and systemd-container. The Debian runs systemd, which starts the page's services, and shares
this machine's network: the ports 80, 443, 5432, 6379, 6380 and 8123 must be free.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.production.files import command, commands

ROOT = Path(__file__).parents[2]
SOURCE = "opt/chatserver-source"
SITE = Path(__file__).parent / "site"
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "results", "build")
WAYS = {"alone": "chat.example.org", "beside": "example.org", "shared": "example.org"}
# A file of an older version that the new version no longer has.
GONE = ("chatserver/gone.py", "sql/queries/gone.sql", "templates/pages/gone.html")
UNIT = """\
[Unit]
After=multi-user.target
[Service]
Type=oneshot
EnvironmentFile=/root/follow/environment
ExecStart=/bin/bash -c 'cd /root/follow && bash -x ./all; systemctl exit $?'
StandardOutput=append:/root/follow/log
StandardError=append:/root/follow/log
"""


def main() -> int:
    if len(sys.argv) not in {3, 4} or sys.argv[1] not in WAYS or os.geteuid() != 0:
        sys.exit(str(__doc__))
    way, root, suite = sys.argv[1], Path(sys.argv[2]).resolve(), (*sys.argv[3:], "bookworm")[0]
    if not (root / "etc" / "debian_version").exists():
        packages = "--include=systemd,systemd-sysv,dbus,ca-certificates"
        subprocess.run(["debootstrap", "--variant=minbase", packages, suite, root], check=True)
    shutil.copytree(ROOT, root / SOURCE, ignore=LEFT_OUT, dirs_exist_ok=True)
    for path in GONE:
        (root / SOURCE / path).touch()
    write_scripts(way, root / "root" / "follow")
    wants = root / "etc/systemd/system/multi-user.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants.parent / "follow.service").write_text(UNIT)
    (wants / "follow.service").unlink(missing_ok=True)
    (wants / "follow.service").symlink_to("../follow.service")
    shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
    binds = [f"--bind-ro={path}" for path in os.environ.get("FOLLOW_DOCS_MOUNTS", "").split(":") if path]
    options = ["--quiet", "--boot", "--register=no", "--keep-unit", "--console=passive", "--resolv-conf=off"]
    rights = ["--capability=all", "--system-call-filter=bpf @keyring"]  # bpf, for IPAddressDeny
    done = subprocess.run(
        ["systemd-nspawn", *options, *rights, *binds, "--directory", root],
        env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    print((root / "root/follow/log").read_text(errors="replace"))
    return done.returncode


def write_scripts(way: str, place: Path) -> None:
    """Writes the page's commands, between a script that prepares the machine and one that checks it."""
    shutil.copytree(SITE, place, dirs_exist_ok=True)
    (place / "log").unlink(missing_ok=True)
    environ = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environ |= {"WAY": way, "DOMAIN": WAYS[way], "HOME": "/root"}
    (place / "environment").write_text("".join(f"{name}={value}\n" for name, value in environ.items()))
    install, update, *more = shells(commands("deploy.md", way))
    assert not more
    (place / "install.sh").write_text(install)
    (place / "update.sh").write_text(update)
    (place / "logged-people.sh").write_text(command("operations.md", "chatserver.web.pages.sign_in"))
    gone = " ".join(f"/{SOURCE}/{path}" for path in GONE)
    installed = "find /opt/chatserver/lib -path '*/site-packages/chatserver/*' -name 'gone*' | grep gone"
    steps = ["bash -x ./before.sh"] if way != "alone" else []
    steps += ["bash -x ./install.sh", "bash -x ./afterwards.sh", installed, f"rm {gone}", "bash -x ./update.sh"]
    steps += [
        "bash -x ./afterwards.sh",
        f"if {installed}; then exit 1; fi",
        "echo == nothing is left of the older version",
    ]
    (place / "all").write_text("set -e\n" + "\n".join(steps) + "\n")


def shells(blocks: list[str]) -> list[str]:
    """Groups blocks by shell: one that begins with `set -eu` starts a new shell, as if months later."""
    scripts: list[str] = []
    for block in blocks:
        if block.startswith("set -eu"):
            scripts.append(block)
        else:
            scripts[-1] += block
    return scripts


if __name__ == "__main__":
    sys.exit(main())
