"""Tables of cases for what Python and JavaScript do alike: each language is tested with the same."""

import json
from pathlib import Path
from typing import Any


def cases(name: str) -> list[dict[str, Any]]:
    """Those of `tests/cases/<name>.json`."""
    table: list[dict[str, Any]] = json.loads(Path(__file__).with_name(f"{name}.json").read_text("utf-8"))["cases"]
    return table


def whole(text: str | list[tuple[str, int]]) -> str:
    """A text of a table: a long one is written as pieces, each with how often it is repeated."""
    return text if isinstance(text, str) else "".join(piece * times for piece, times in text)
