"""Chooses the storage of a site's files."""

from pathlib import Path

from chatserver.config.settings import Config
from chatserver.files.folder import Folder
from chatserver.files.storage import Storage


def storage_of(config: Config) -> Storage | None:
    """Returns the storage of the settings; None if they name none, and nobody can send files."""
    if config.files_url:
        from chatserver.files.bucket import Bucket  # noqa: PLC0415  # its library takes memory

        return Bucket(config.files_url)
    return Folder(Path(config.files_dir)) if config.files_dir else None
