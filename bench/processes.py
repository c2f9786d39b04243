"""What processes use, from /proc: steadier than the clock on a machine that others use too."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")  # of /proc/<pid>/stat, a second

Group = Mapping[str, int]  # a name, and the process whose children and grandchildren count with it


def family(pid: int) -> list[int]:
    """The process and all that came from it and live."""
    pids = [pid]
    for parent in pids:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
    return pids


def cpu_seconds(pid: int) -> float:
    """Of the whole family, of children that have ended too."""
    seconds = 0.0
    for member in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
            user, system, children_user, children_system = map(int, fields[11:15])
            seconds += (user + system + children_user + children_system) / TICK
    return seconds


def cpu(group: Group) -> dict[str, float]:
    return {name: cpu_seconds(pid) for name, pid in group.items()}


def cpu_since(before: Mapping[str, float], group: Group) -> dict[str, float]:
    """Seconds of CPU since an earlier measurement."""
    return {name: seconds - before[name] for name, seconds in cpu(group).items()}


def memory(pid: int) -> float:
    """MiB of the whole family, each shared page counted in part (PSS)."""
    kib = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            roll = Path(f"/proc/{member}/smaps_rollup").read_text()
            kib += next(int(line.split()[1]) for line in roll.splitlines() if line.startswith("Pss:"))
    return kib / 1024
