"""The time zone of the person at the browser."""

from datetime import date, datetime, time
from urllib.parse import unquote
from zoneinfo import ZoneInfo

UTC = ZoneInfo("UTC")


def viewers_zone(name: str) -> ZoneInfo:
    """The IANA zone of the browser's cookie; UTC for nonsense."""
    try:
        return ZoneInfo(unquote(name[:100]))
    except (ValueError, OSError, LookupError):  # a path, a folder, nothing by that name
        return UTC


def beginning_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day such as `2026-11-20`, None for nonsense.

    Right as well where clocks are put forward at midnight: a time that never was counts from before (PEP 495).
    """
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        return None
