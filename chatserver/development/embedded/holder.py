"""The chatserver that uses a data folder: its servers while it lives, and what it left behind if it was killed."""

import shutil
from pathlib import Path

from chatserver.development.embedded.lock import FolderLock, holder_of
from chatserver.development.embedded.processes import Fate, fate


def take_over(lock: FolderLock) -> None:
    """Acquires the lock, and removes processes and files that a killed chatserver left behind."""
    left_behind = lock.acquire()
    if "temporary" in left_behind:
        shutil.rmtree(left_behind["temporary"], ignore_errors=True)


def end_orphans(data_dir: Path) -> bool:
    """Ends processes that a killed chatserver left on this folder. Returns whether there were any."""
    holder = holder_of(data_dir.resolve())
    if fate(holder.get("pid", 0), holder.get("identity", "")) is not Fate.DEAD:
        return False
    lock = FolderLock(data_dir.resolve())
    take_over(lock)
    lock.release()
    return True


def running(data_dir: Path) -> tuple[str, str] | None:
    """Returns the database and Redis URLs of the servers that run on this folder, None without any."""
    holder = holder_of(data_dir.resolve())
    if "database_url" in holder:
        return holder["database_url"], holder["redis_url"]
    return None
