"""Encodes frames as JSON text, and times in it, in the one form in which they are sent and published."""

import json
from datetime import UTC, datetime
from typing import Any

# Shared: `json.dumps` makes an encoder for every call with such options.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(frame: dict[str, Any]) -> str:
    """Returns the frame as compact JSON, with non-ASCII characters as they are."""
    return ENCODER.encode(frame)


def as_time(moment: datetime) -> str:
    """Formats a time in UTC with milliseconds: `2026-11-23T18:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
