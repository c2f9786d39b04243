"""Reads the optional file of `NAME=value` lines, which shells, systemd and docker read too, with the same quotes.

python-dotenv parses each line separately: no setting spans lines, so an unclosed quote cannot swallow the next ones.
"""

import io
import re
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import parse_stream

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = re.compile(r"""(["'])(.*)\1""", re.DOTALL)


class SettingsFile(NamedTuple):
    """The settings of a file, and its invalid lines."""

    values: dict[str, str]
    broken: list[int]  # numbers of the lines that are not NAME=value


def read_settings_file(path: Path) -> SettingsFile:
    """Parses a file. Raises OSError or UnicodeDecodeError if it cannot be read."""
    values, broken = {}, []
    for number, line in enumerate(_LINE_END.split(path.read_text(encoding="utf-8-sig")), 1):
        for binding in parse_stream(io.StringIO(line)):
            if binding.key is not None and binding.value is not None and NAME.fullmatch(binding.key):
                values[binding.key] = binding.value
            elif binding.error or binding.key is not None:
                broken.append(number)
    return SettingsFile(values, broken)


def without_quotes(value: str) -> str:
    """Strips the quotes around a value of the environment: `docker --env-file` passes them on."""
    quoted = _QUOTED.fullmatch(value.strip())
    return quoted[2] if quoted and quoted[1] not in quoted[2] else value
