"""Debian's programs: installed if possible, otherwise named."""

import os
import shutil
import subprocess
from pathlib import Path

# The program, and the package that brings it
NEEDED = {
    "haproxy": "haproxy",
    "nginx": "nginx-light",
    "pgbouncer": "pgbouncer",
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "supervisord": "supervisor",
    "openssl": "openssl",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
    "socat": "socat",
    "chromium-headless-shell": "chromium-headless-shell",
}
PLACES = ["/usr/sbin", "/usr/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))]
NO_SERVICES = Path("/usr/sbin/policy-rc.d")  # Debian's own way to install a service without starting it


def find(name: str) -> str | None:
    """Finds Debian's program, even if another one comes first in PATH."""
    places = [*PLACES, *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")))]
    return shutil.which(name, path=os.pathsep.join(places))


def program(name: str) -> str:
    path = find(name)
    assert path is not None, f"{name} is not installed"
    return path


def install() -> str:
    """Installs what is missing, as root on Debian; returns a sentence when it cannot."""
    if not missing():
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        guarded = NO_SERVICES.exists()
        if not guarded:
            with NO_SERVICES.open("w") as file:
                file.write("#!/bin/sh\nexit 101\n")
            NO_SERVICES.chmod(0o755)
        try:
            subprocess.run(["apt-get", "update", "-q"], check=False, env=environ)
            subprocess.run(
                ["apt-get", "install", "-qy", "--no-install-recommends", *missing()], check=False, env=environ
            )
        finally:
            if not guarded:
                NO_SERVICES.unlink()
    if missing():
        return f"make production-test needs {' '.join(missing())}: apt-get install them, or run it as root on Debian."
    return ""


def missing() -> list[str]:
    return sorted({package for name, package in NEEDED.items() if find(name) is None})
