"""Identifies processes safely: the system reuses pids of ended processes, and each container has pids of its own.

So a process is recorded with its pid and its identity: the boot, the namespace and the start of the process. If one of
them is unknown, the process counts as unknown and gets no signal.
"""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from enum import Enum
from pathlib import Path

PROC = Path("/proc")
BOOT = PROC / "sys" / "kernel" / "random" / "boot_id"
STATE, START = 0, 19  # of the fields of /proc/…/stat that follow the name (man 5 proc: 3 and 22)


class Fate(Enum):
    """The state of a process that was recorded with its identity."""

    ALIVE = "it runs"
    DEAD = "it has ended"
    UNKNOWN = "it is of another namespace, boot or machine, or nothing tells it from others"


def system() -> str:
    """Returns the scope in which pids are valid: one namespace of one boot; "" if it is unknown."""
    if not PROC.exists():  # macOS has no namespaces; a start time in seconds is enough there
        return os.uname().nodename if shutil.which("ps") else ""
    with suppress(OSError):
        if (PROC / "self").readlink() == Path(str(os.getpid())):  # otherwise /proc belongs to another namespace
            return f"{BOOT.read_text().strip()} {(PROC / 'self' / 'ns' / 'pid').readlink()}"
    return ""


def start_of(pid: int) -> str:
    """Returns the start of a process; "" if there is none. A zombie counts as none: it may never be reaped."""
    if PROC.exists():
        with suppress(OSError, IndexError):
            fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
            return "" if fields[STATE] == "Z" else fields[START]
        return ""
    command = ["ps", "-o", "stat=", "-o", "lstart=", "-p", str(pid)]
    asked = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    )
    state, _, start = asked.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else start.strip()


def identity(pid: int) -> str:
    """Returns a text that no other process has, to record with the pid; "" if it is unknown."""
    here, start = system(), start_of(pid)
    return f"{here} {start}" if here and start else ""


def fate(pid: int, noted: str) -> Fate:
    """Returns the state of the process that had this identity."""
    here = system()
    if not noted or not here or not noted.startswith(f"{here} "):
        return Fate.UNKNOWN
    return Fate.ALIVE if identity(pid) == noted else Fate.DEAD


def send(pid: int, noted: str, number: int) -> None:
    """Signals a process if it is certainly the recorded one. Holds it meanwhile, so that its pid is not reused."""
    with suppress(ProcessLookupError, PermissionError):
        if not hasattr(os, "pidfd_open"):
            if fate(pid, noted) is Fate.ALIVE:
                os.kill(pid, number)
            return
        held = os.pidfd_open(pid)
        try:
            if fate(pid, noted) is Fate.ALIVE:
                signal.pidfd_send_signal(held, number)
        finally:
            os.close(held)
