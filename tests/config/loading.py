"""Settings from an environment and a file."""

from pathlib import Path

from chatserver.config.load import load_config
from chatserver.config.settings import Config


def load(tmp_path: Path, **settings: str) -> Config:
    return load_config({"DATA_DIR": str(tmp_path), **settings})


def in_file(tmp_path: Path, text: str, **environ: str) -> Config:
    file = tmp_path / "settings"
    file.write_bytes(text.encode())
    return load(tmp_path, CONFIG_FILE=str(file), **environ)
