"""What development fills in: secrets, made once for each data folder, and the origins of this machine."""

import contextlib
import os
import secrets
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from chatserver.config.settings import Config, ConfigError
from chatserver.config.urls import origin_of


def with_development_defaults(config: Config) -> Config:
    """Fills in the secrets and origins that are not set. Raises ConfigError if the data folder cannot be used."""
    secret_keys, api_key = config.secret_keys, config.api_key
    if not secret_keys or not api_key:
        made = development_secrets(config.data_dir)
        secret_keys, api_key = secret_keys or (made["SECRET_KEYS"],), api_key or made["API_KEY"]
    hosts = (config.host, "127.0.0.1", "localhost")  # the first is used in links
    origins = config.origins or tuple(dict.fromkeys(filter(None, (origin_of(host, config.port) for host in hosts))))
    return replace(config, secret_keys=secret_keys, api_key=api_key, origins=origins)


def development_secrets(data_dir: Path) -> dict[str, str]:
    """Returns the secrets of this data folder, made once, in a file that only its owner can read.

    Raises ConfigError if the folder cannot be used.
    """
    path = data_dir / "secrets.env"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            with NamedTemporaryFile("w", dir=data_dir) as draft:  # readable by its owner only
                draft.writelines(f"{name}={make_secret()}\n" for name in ("SECRET_KEYS", "API_KEY"))
                draft.flush()
                with contextlib.suppress(FileExistsError):  # another process made it first
                    os.link(draft.name, path)
        return dict(line.split("=", 1) for line in path.read_text().split())
    except OSError as error:
        raise ConfigError(f"The data folder cannot be used: {error}. DATA_DIR names another.") from None


def make_secret() -> str:
    """Returns a random secret of 256 bits, safe in URLs and shells."""
    return secrets.token_urlsafe(32)
