"""The folder where prometheus_client keeps the values of each process, so that any process can add them up."""

import os
import shutil
import tempfile

from chatserver.config.settings import ConfigError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client reads it on import


def share() -> None:
    """Makes the folder; must run before `chatserver.telemetry.metrics` is imported. Raises ConfigError.

    systemd's RuntimeDirectory is in memory and is removed with the service; elsewhere the folder is in TMPDIR or /tmp.
    """
    place = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0] or None
    try:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="chatserver-metrics-", dir=place)
    except OSError as error:
        raise ConfigError(
            f"METRICS_PORT needs a folder for what the processes measure, and none can be made ({error}): let TMPDIR "
            "name one that can be written, or RUNTIME_DIRECTORY, where systemd sets it."
        ) from None


def forget(pid: int) -> None:
    """Keeps the ended process's counters and drops its gauges."""
    if FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # not before `share`

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def clean_up() -> None:
    """Removes the folder."""
    if FOLDER in os.environ:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
