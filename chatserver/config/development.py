"""What development fills in: secrets, made once for each data folder, a folder for files, this machine's origins."""

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from chatserver.config.push_settings import make_vapid_key
from chatserver.config.settings import Config, ConfigError
from chatserver.config.urls import origin_of

SUBJECT = "https://example.org/"  # whom push services may write to


def with_development_defaults(config: Config) -> Config:
    """Fills in the secrets, the folder for files and the origins that are not set.

    Raises ConfigError if the data folder cannot be used.
    """
    secret_keys = config.secret_keys or (development_secret(config.data_dir),)
    vapid_keys = config.vapid_keys or (_made_once(config.data_dir / "push.env", "VAPID_KEYS", make_vapid_key),)
    return replace(
        config,
        secret_keys=secret_keys,
        vapid_keys=vapid_keys,
        vapid_subject=config.vapid_subject or SUBJECT,
        origins=config.origins or development_origins(config),
        files_dir=config.files_dir or ("" if config.files_url else str(config.data_dir / "files")),
    )


def development_origins(config: Config) -> tuple[str, ...]:
    """Returns the origins of this machine, for development without ORIGINS."""
    hosts = (config.host, "127.0.0.1", "localhost")  # the first is used in links
    return tuple(dict.fromkeys(filter(None, (origin_of(host, config.port) for host in hosts))))


def development_secret(data_dir: Path) -> str:
    """Returns the key for SECRET_KEYS of this data folder. Raises ConfigError if the folder cannot be used."""
    return _made_once(data_dir / "secrets.env", "SECRET_KEYS", make_secret)


def _made_once(path: Path, name: str, make: Callable[[], str]) -> str:
    """Returns the secret of this file, which only its owner can read; makes it if there is none."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with NamedTemporaryFile("w", dir=path.parent) as draft:  # readable by its owner only
                draft.write(f"{name}={make()}\n")
                draft.flush()
                with contextlib.suppress(FileExistsError):  # another process made it first
                    os.link(draft.name, path)
        return dict(line.split("=", 1) for line in path.read_text().split())[name]
    except OSError as error:
        raise ConfigError(f"The data folder cannot be used: {error}. DATA_DIR names another.") from None


def make_secret() -> str:
    """Returns a random secret of 256 bits, safe in URLs and shells."""
    return secrets.token_urlsafe(32)
