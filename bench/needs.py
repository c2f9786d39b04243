"""The requirements of a run, checked before anything is measured; scenarios whose needs are not met do not run."""

import contextlib
import importlib.util
import os
import resource
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.chromium import NO_BROWSER, has_browser

FOLDER = Path("/var/tmp")  # noqa: S108  # for the data, since /tmp may be in memory
SPARE = 500  # open files other than sockets
BACKLOG = 4096  # what the product requests: chatserver/server/gunicorn_conf.py
NO_PICOWS = "the package picows is not installed; `make bench` installs it where there is a network"
GROUPS = Path("/sys/fs/cgroup")
CONTROL_GROUPS = (  # versions 2 and 1
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)
UNLIMITED = sys.maxsize
MIB = 2**20


@dataclass(frozen=True)
class Need:
    sockets: int = 0  # opened by the load generator
    quick_sockets: int = 0  # the same with --quick
    memory: int = 512  # MiB, of everything that runs
    disk: int = 1024  # MiB
    browser: bool = False


NEEDS = {
    "latency": Need(400, 400),
    "throughput": Need(400, 400),
    "changes": Need(400, 400),
    "idle": Need(10_000, 2000, memory=1024),
    "fanout": Need(500, 200),
    "pages": Need(),
    "visit": Need(memory=1024, browser=True),
    "scaling": Need(10_000, 1000, memory=1024),
    "storm": Need(5000, 1000, memory=1024),
    "history": Need(2, 2, disk=2048),
    "search": Need(20, 20, memory=1024, disk=8192),
    "files": Need(60, 60, memory=1024, disk=4096),
    "album": Need(memory=1024, browser=True),
    "sign-in": Need(200, 200),
    "api": Need(),
    "push": Need(memory=1024, disk=4096),
    "webhooks": Need(400, 400),
    "import-django": Need(20, 20, disk=4096),
}


@dataclass(frozen=True)
class Machine:
    """The resources of this machine."""

    files: int  # open files that a process may have
    ports: int  # local ports for connections
    memory: int  # MiB
    disk: int  # MiB in FOLDER
    browser: bool
    picows: bool


def unfit() -> str:
    """Returns why nothing can be measured here, or ''."""
    if sys.platform != "linux":
        return "it reads /proc and runs on Linux alone"
    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        return "this kernel does not list a process's children (CONFIG_PROC_CHILDREN)"
    if not FOLDER.is_dir() or not os.access(FOLDER, os.W_OK):
        return f"its data stand in {FOLDER}, and nothing can be written there"
    return ""


def inspect_machine(names: Iterable[str]) -> Machine:
    """Looks for a browser only if one is needed, since that takes a second."""
    return Machine(
        files=_files(),
        ports=_ports(),
        memory=_memory() // MIB,
        disk=shutil.disk_usage(FOLDER).free // MIB,
        browser=any(NEEDS[name].browser for name in names) and has_browser(),
        picows=importlib.util.find_spec("picows") is not None,
    )


def lacks(need: Need, machine: Machine, *, quick: bool) -> list[str]:
    """Returns the reasons why a scenario cannot run here, with remedies; empty if it can."""
    found = []
    sockets = need.quick_sockets if quick else need.sockets
    files = sockets + SPARE
    if machine.files < files:
        found.append(
            f"{sockets:,} sockets need {files:,} open files and {machine.files:,} are allowed "
            f"(ulimit -Hn {files} as root, LimitNOFILE= of systemd or --ulimit of docker raise that)"
        )
    if machine.ports < files:
        found.append(
            f"{sockets:,} sockets need {files:,} local ports and there are {machine.ports:,} "
            '(sysctl -w net.ipv4.ip_local_port_range="10000 65000" gives more)'
        )
    if machine.memory < need.memory:
        found.append(f"it needs {need.memory:,} MiB of memory and {machine.memory:,} are free")
    if machine.disk < need.disk:
        found.append(f"it needs {need.disk:,} MiB in {FOLDER} and {machine.disk:,} are free")
    if sockets and not machine.picows:
        found.append(NO_PICOWS)
    if need.browser and not machine.browser:
        found.append(NO_BROWSER)
    return found


def describe(names: Sequence[str], machine: Machine, *, quick: bool) -> str:
    """Returns a sentence about what the run needs and what is available."""
    needs = [NEEDS[name] for name in names]
    files = max(need.quick_sockets if quick else need.sockets for need in needs) + SPARE
    memory, disk = max(need.memory for need in needs), max(need.disk for need in needs)
    allowed = "any number" if machine.files == UNLIMITED else f"{machine.files:,}"
    parts = [
        f"{files:,} open files ({allowed} allowed)",
        f"as many local ports ({machine.ports:,})",
        f"{memory:,} MiB of memory ({machine.memory:,} free)",
        f"{disk:,} MiB in {FOLDER} ({machine.disk:,} free)",
    ] + ["a Chromium or Chrome"] * any(need.browser for need in needs)
    return f"This run needs {', '.join(parts)}."


def doubts(names: Sequence[str]) -> list[str]:
    """Returns warnings about conditions that make figures less meaningful."""
    found = []
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    if load > cores / 2:
        found.append(f"The machine is busy (load {load:.1f}, {cores} cores): the figures of this run say little.")
    if cores < 2:
        found.append("There is one core: the load generator takes its time from what it measures.")
    if _filesystem(FOLDER) == "tmpfs":
        found.append(f"{FOLDER} is memory: fsync costs nothing there.")
    queue = int(Path("/proc/sys/net/core/somaxconn").read_text())
    if "storm" in names and queue < BACKLOG:
        found.append(f"net.core.somaxconn is {queue:,}: of those who come back at once more wait in `storm`.")
    return found


def allow_files() -> None:
    """Raises the limit of open files for this process and its children to what scenarios need, if allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(need.sockets for need in NEEDS.values()) + SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, _files()), hard))


def _files() -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return UNLIMITED if hard == resource.RLIM_INFINITY else hard


def _ports() -> int:
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    return high - low + 1


def _memory() -> int:
    """Returns the free bytes of the machine or of a container's limit; cached files count as free."""
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    free = int(lines["MemAvailable"].split()[0]) * 1024
    for limit_name, used_name, cache_name in CONTROL_GROUPS:
        with contextlib.suppress(OSError, ValueError, KeyError):  # another version, or "max"
            limit, used = (int((GROUPS / name).read_text()) for name in (limit_name, used_name))
            statistics = dict(map(str.split, (GROUPS / used_name).with_name("memory.stat").read_text().splitlines()))
            free = min(free, limit - used + int(statistics[cache_name]))
    return free


def _filesystem(folder: Path) -> str:
    """Returns the type of a folder's file system."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    within = [(place, kind) for place, kind in mounts if folder.is_relative_to(place)]
    return max(within, key=lambda mount: len(mount[0]))[1] if within else ""
