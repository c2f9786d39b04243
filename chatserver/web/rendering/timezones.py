"""The user's time zone: the browser's own, which the page's scripts send, or one that the user chose instead."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

UTC = ZoneInfo("UTC")
BROWSERS, CHOSEN = "timezone", "chosen_timezone"  # of `preferences.CHOICES`


def viewers_zone(choices: Mapping[str, str]) -> ZoneInfo:
    """Returns the chosen zone, else the browser's."""
    chosen = chosen_zone(choices)
    return ZoneInfo(chosen) if chosen else browsers_zone(choices)


def browsers_zone(choices: Mapping[str, str]) -> ZoneInfo:
    """Returns the browser's zone, UTC for an invalid name."""
    try:
        return ZoneInfo(unquote(choices.get(BROWSERS, "")[:100]))
    except (ValueError, OSError, LookupError):  # a path, a folder, an unknown name
        return UTC


def chosen_zone(choices: Mapping[str, str]) -> str:
    """Returns the name of the chosen zone, '' if the browser's counts."""
    name = choices.get(CHOSEN, "")
    return name if name and name in zone_names("en") else ""


def is_known(choices: Mapping[str, str]) -> bool:
    """Returns whether the zone is known. A browser without scripts sends none; its times are in UTC."""
    return bool(choices.get(BROWSERS) or chosen_zone(choices))


@lru_cache
def zone_names(language: str) -> dict[str, str]:
    """Returns the zones to choose from, each with a name such as "Moscow, Russia" in a language, sorted by name."""
    locale, known = Locale.parse(language), available_timezones()
    cities = {newest_name(zone): data.get("city") for zone, data in locale.time_zones.items()}
    names = {
        zone: f"{cities.get(zone) or zone.rpartition('/')[2].replace('_', ' ')}, {locale.territories[territory]}"
        for zone, territory in get_global("zone_territories").items()
        if zone in known and territory not in {"001", "ZZ"}  # the world, nowhere
    }
    return {"UTC": "UTC"} | dict(sorted(names.items(), key=lambda name: name[1]))


def newest_name(zone: str) -> str:
    """Returns the current name of a zone: Europe/Kyiv for Europe/Kiev."""
    return str(get_global("zone_aliases").get(zone, zone))


def beginning_of(day: str, zone: ZoneInfo) -> datetime | None:
    """Returns the first moment of a day such as `2026-11-20`, None for an invalid one.

    Also correct where clocks are put forward at midnight: a skipped time uses the offset before the change (PEP 495).
    """
    try:
        return datetime.combine(date.fromisoformat(day), time(), zone)
    except ValueError:
        return None
