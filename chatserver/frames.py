"""Frames as JSON text: encoded in the one form in which they are sent and published, and decoded strictly."""

import json
from datetime import UTC, datetime
from typing import Any

MAX_DEPTH = 8  # of objects and lists in what others send
# Shared: `json.dumps` makes an encoder for every call with such options.
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(frame: dict[str, Any]) -> str:
    """Returns the frame as compact JSON, with non-ASCII characters as they are."""
    return ENCODER.encode(frame)


def named(user_id: int, name: str, full_name: str | None) -> dict[str, Any]:
    """Returns how frames and other JSON name a user: with the full name if there is one."""
    person: dict[str, Any] = {"id": user_id, "name": name}
    return person | {"full_name": full_name} if full_name else person


def as_time(moment: datetime) -> str:
    """Formats a time in UTC with milliseconds: `2026-11-23T18:00:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Rejects a repeated name: parsers differ in the value that they take (RFC 7493 §2.3)."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("duplicate key")
    return fields


# Shared, as the encoder.
_DECODER = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_fields)


def decode(raw: str) -> dict[str, Any]:
    """Returns the object that a client has sent. Raises ValueError for anything but strict, flat JSON."""
    try:
        fields = _DECODER.decode(raw)
    except RecursionError:
        fields = None
    if not isinstance(fields, dict) or _is_deep(fields):
        raise ValueError("not an object, or too deep")
    return fields


def _is_deep(fields: dict[str, Any]) -> bool:
    """Returns whether objects and lists nest deeper than `MAX_DEPTH`. Nearly all frames are flat."""
    level: list[Any] = [fields]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(value, dict | list) for value in level)
