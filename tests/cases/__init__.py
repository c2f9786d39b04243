"""Tables of cases for code that exists in both Python and JavaScript: both are tested with the same cases."""

import json
from pathlib import Path
from typing import Any


def cases(name: str) -> list[dict[str, Any]]:
    """Returns the cases of `tests/cases/<name>.json`."""
    table: list[dict[str, Any]] = json.loads(Path(__file__).with_name(f"{name}.json").read_text("utf-8"))["cases"]
    return table


def whole(text: str | list[tuple[str, int]]) -> str:
    """Returns a text of a table; a long one is written as pieces with their repeat counts."""
    return text if isinstance(text, str) else "".join(piece * times for piece, times in text)
