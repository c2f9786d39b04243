"""Validates the settings of files."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from chatserver.config.settings import Config


def file_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each mistake, without quoting the URL, which holds a secret."""
    if config.files_url and not _is_bucket(config.files_url):
        yield "FILES_URL must look like https://key:secret@s3.example.org/bucket?region=eu-1."
    if config.files_url and config.files_dir:
        yield "FILES_DIR and FILES_URL cannot both be set: files are in a folder or in a bucket."
    if config.files_accel and not (config.files_accel.startswith("/") and config.files_accel.endswith("/")):
        yield f"FILES_ACCEL must be a path like /files-of-chatserver/, not {config.files_accel!r}."
    if config.files_accel and config.files_url:
        yield "FILES_ACCEL needs FILES_DIR: nginx sends files of a folder, not of a bucket."


def _is_bucket(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname and parts.path.strip("/")) and parts.port != 0
    except ValueError:  # a port that is none
        return False
