"""Frames as JSON text, in the one form in which they are sent and published."""

import json
from typing import Any

# Made once: `json.dumps` makes an encoder for every call.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(frame: dict[str, Any]) -> str:
    return ENCODER.encode(frame)
