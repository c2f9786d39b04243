"""The time zone of the person at the browser: the browser's own, which its scripts tell, or one chosen instead."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

UTC = ZoneInfo("UTC")
BROWSERS, CHOSEN = "timezone", "chosen_timezone"  # of `choices.CHOICES`


def viewers_zone(choices: Mapping[str, str]) -> ZoneInfo:
    """The zone chosen, else the browser's."""
    chosen = chosen_zone(choices)
    return ZoneInfo(chosen) if chosen else browsers_zone(choices)


def browsers_zone(choices: Mapping[str, str]) -> ZoneInfo:
    """UTC for nonsense."""
    try:
        return ZoneInfo(unquote(choices.get(BROWSERS, "")[:100]))
    except (ValueError, OSError, LookupError):  # a path, a folder, nothing by that name
        return UTC


def chosen_zone(choices: Mapping[str, str]) -> str:
    """The name of the zone chosen, '' when the browser's counts."""
    name = choices.get(CHOSEN, "")
    return name if name and name in zone_names("en") else ""


def is_known(choices: Mapping[str, str]) -> bool:
    """Whether anything has told a zone: a browser without scripts tells none, and its times are in UTC."""
    return bool(choices.get(BROWSERS) or chosen_zone(choices))


@lru_cache
def zone_names(language: str) -> dict[str, str]:
    """The zones one may choose, each as "Moscow, Russia" in a language, in the order of these names."""
    locale, known = Locale.parse(language), available_timezones()
    cities = {newest_name(zone): data.get("city") for zone, data in locale.time_zones.items()}
    names = {
        zone: f"{cities.get(zone) or zone.rpartition('/')[2].replace('_', ' ')}, {locale.territories[territory]}"
        for zone, territory in get_global("zone_territories").items()
        if zone in known and territory not in {"001", "ZZ"}  # the world, nowhere
    }
    return {"UTC": "UTC"} | dict(sorted(names.items(), key=lambda name: name[1]))


def newest_name(zone: str) -> str:
    """What a zone is called today: Europe/Kyiv for Europe/Kiev."""
    return str(get_global("zone_aliases").get(zone, zone))


def beginning_of(day: str, zone: ZoneInfo) -> datetime | None:
    """The first moment of a day such as `2026-11-20`, None for nonsense.

    Right as well where clocks are put forward at midnight: a time that never was counts from before (PEP 495).
    """
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        return None
