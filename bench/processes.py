"""CPU and memory of processes, from /proc: steadier than the clock on a shared machine."""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")  # ticks of /proc/<pid>/stat in a second

Group = Mapping[str, int]  # a name, and the process that counts with all its descendants


def family(pid: int) -> list[int]:
    """Returns the process and its living descendants."""
    pids = [pid]
    for parent in pids:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{parent}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
    return pids


def cpu_seconds(pid: int) -> float:
    """Returns the seconds of CPU of the process and its descendants, including ended ones."""
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
    """Returns the seconds of CPU since an earlier measurement."""
    return {name: seconds - before[name] for name, seconds in cpu(group).items()}


def memory(pid: int) -> float:
    """Returns the MiB of the process and its descendants, with shared pages divided among them (PSS)."""
    kib = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            roll = Path(f"/proc/{member}/smaps_rollup").read_text()
            kib += next(int(line.split()[1]) for line in roll.splitlines() if line.startswith("Pss:"))
    return kib / 1024
