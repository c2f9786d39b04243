"""Encodes frames as JSON text, in the one form in which they are sent and published."""

import json
from typing import Any

# Shared: `json.dumps` makes an encoder for every call with such options.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(frame: dict[str, Any]) -> str:
    """Returns the frame as compact JSON, with non-ASCII characters as they are."""
    return ENCODER.encode(frame)
