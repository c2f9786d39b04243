"""Formats times for a user's time zone and locale, in the same words as `static/js/lib/time.js`.

Babel takes 20 µs for each, so results that depend only on a minute or a date are cached.
"""

import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_date_format, get_time_format

from chatserver.i18n import accepted_tags
from chatserver.i18n import gettext as _

KEPT = 4096  # dates, and hours of the day, of all locales together
NO_BREAK_SPACE = "\xa0"
_SPACE = re.compile(r"\s")  # narrow in some versions of CLDR, plain in some browsers


@lru_cache
def clock_locale(accept_language: str, language: str) -> str:
    """Returns the browser's preferred locale of the page's language, such as `en_GB`; else the language itself."""
    for tag in accepted_tags(accept_language):
        if tag.lower().partition("-")[0] == language:
            try:
                return str(Locale.parse(tag, sep="-"))
            except (ValueError, UnknownLocaleError):
                break
    return language


def clock(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """Formats a time of day: 18:04, or 6:04 PM."""
    local = moment.astimezone(zone)
    return _hour(local.hour, "short", locale).format(local.minute)


def full(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """Formats a date with its time: November 23, 2026, 6:04:05 PM."""
    local = moment.astimezone(zone)
    time_of_day = _hour(local.hour, "medium", locale).format(local.minute, local.second)
    return f"{_date(local.date(), 'long', locale)}, {time_of_day}"


def day_name(moment: datetime, zone: ZoneInfo, today: date, locale: str) -> str:
    """Formats a day: Today, Yesterday, November 23, or November 23, 2025 if the year is not today's."""
    day = moment.astimezone(zone).date()
    return _recent(day, today) or _date(day, "day" if day.year == today.year else "long", locale)


def list_time(moment: datetime, zone: ZoneInfo, today: date, locale: str) -> str:
    """Formats a time for a list: the time of day if today, Yesterday, Sat within a week, else 11/23/2026."""
    day = moment.astimezone(zone).date()
    if day == today:
        return clock(moment, zone, locale)
    return _recent(day, today) or _date(day, "weekday" if 0 < (today - day).days < 7 else "short", locale)


def _recent(day: date, today: date) -> str:
    days = (today - day).days
    return _("Today") if days == 0 else _("Yesterday") if days == 1 else ""


@lru_cache(KEPT)
def _hour(hour: int, style: Literal["short", "medium"], locale: str) -> str:
    """Returns the format of a time in an hour, with fields for minute and second: `6:{0:02}:{1:02} PM`."""
    pattern = get_time_format(style, locale).pattern.replace("mm", "'{0:02}'").replace("ss", "'{1:02}'")
    return _unbroken(format_time(time(hour), pattern, locale=locale))


@lru_cache(KEPT)
def _date(day: date, style: Literal["short", "weekday", "day", "long"], locale: str) -> str:
    if style == "day":
        return _unbroken(format_skeleton("MMMMd", day, locale=locale))
    if style == "weekday":
        return format_date(day, "ccc", locale).capitalize()
    pattern = get_date_format(style, locale).pattern
    return _unbroken(format_date(day, re.sub("y+", "y", pattern), locale))  # short formats cut the year


def _unbroken(words: str) -> str:
    return _SPACE.sub(NO_BREAK_SPACE, words)
