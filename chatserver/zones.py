"""The time zone of the person at the browser: the browser's own, which its scripts tell, or one chosen instead."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

UTC = ZoneInfo("UTC")
BROWSERS, CHOSEN = "timezone", "chosen_timezone"  # cookies


def viewers_zone(cookies: Mapping[str, str]) -> ZoneInfo:
    """The zone chosen, else the browser's."""
    chosen = chosen_zone(cookies)
    return ZoneInfo(chosen) if chosen else browsers_zone(cookies)


def browsers_zone(cookies: Mapping[str, str]) -> ZoneInfo:
    """UTC for nonsense."""
    try:
        return ZoneInfo(unquote(cookies.get(BROWSERS, "")[:100]))
    except (ValueError, OSError, LookupError):  # a path, a folder, nothing by that name
        return UTC


def chosen_zone(cookies: Mapping[str, str]) -> str:
    """The name of the zone chosen, '' when the browser's counts."""
    name = cookies.get(CHOSEN, "")
    return name if name in zone_names("en") else ""


@lru_cache
def zone_names(language: str) -> dict[str, str]:
    """The zones one may choose, each as "Moscow, Russia" in a language, in the order of these names."""
    locale, territories, known = Locale.parse(language), get_global("zone_territories"), available_timezones()
    names = {
        zone: f"{_city(zone, locale)}, {locale.territories[territory]}"
        for zone, territory in territories.items()
        if zone in known and territory != "001"
    }
    return {"UTC": "UTC"} | dict(sorted(names.items(), key=lambda name: name[1]))


def _city(zone: str, locale: Locale) -> str:
    return get_timezone_location(zone, locale=locale, return_city=True).rpartition("/")[2]


def beginning_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day such as `2026-11-20`, None for nonsense.

    Right as well where clocks are put forward at midnight: a time that never was counts from before (PEP 495).
    """
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        return None
