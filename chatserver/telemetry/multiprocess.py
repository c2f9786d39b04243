"""The folder where prometheus_client keeps the values of several processes, so that any of them can add all up."""

import os
import shutil
import tempfile

from chatserver.config.settings import ConfigError

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when it is imported


def share() -> None:
    """Makes the folder, in time before `chatserver.telemetry.metrics` is imported.

    systemd's RuntimeDirectory is in memory and goes with the service; elsewhere it is in TMPDIR, or /tmp. Raises
    ConfigError.
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
    """A process has ended: what it counted stays, what it had open does not."""
    if FOLDER in os.environ:
        from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # not before `share`

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def clean_up() -> None:
    if FOLDER in os.environ:
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
