"""The optional file of `NAME=value` lines: shells, systemd and docker read such files as well, with these quotes.

python-dotenv parses each line by itself: no setting spans lines, and a quote left open must not swallow the next ones.
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
    values: dict[str, str]
    broken: list[int]  # numbers of lines that are no NAME=value


def read_settings_file(path: Path) -> SettingsFile:
    """Raises OSError or UnicodeDecodeError when the file cannot be read."""
    values, broken = {}, []
    for number, line in enumerate(_LINE_END.split(path.read_text(encoding="utf-8-sig")), 1):
        for binding in parse_stream(io.StringIO(line)):
            if binding.key is not None and binding.value is not None and NAME.fullmatch(binding.key):
                values[binding.key] = binding.value
            elif binding.error or binding.key is not None:
                broken.append(number)
    return SettingsFile(values, broken)


def without_quotes(value: str) -> str:
    """A value of the environment: `docker --env-file` passes the quotes around it on."""
    quoted = _QUOTED.fullmatch(value.strip())
    return quoted[2] if quoted and quoted[1] not in quoted[2] else value
