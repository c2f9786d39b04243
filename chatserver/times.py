"""Moments as a person reads them, in their zone and habit: the same words as `static/js/time.js` writes.

Babel takes 20 µs for each, so what depends on a minute or a date only is kept.
"""

import re
from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from chatserver.i18n import gettext as _

KEPT = 4096  # minutes of the day, and dates, in one locale or another
NO_BREAK_SPACE = "\xa0"
_SPACE = re.compile(r"\s")  # a narrow one in some versions of CLDR, a plain one in some browsers


@lru_cache
def clock_locale(accept_language: str, language: str) -> str:
    """Whose clock and dates: the first locale the browser asks for in the page's language, like `en_GB`; else that."""
    for part in accept_language[:1000].split(","):
        tag = part.partition(";")[0].strip()
        if tag.lower().partition("-")[0] == language:
            try:
                return str(Locale.parse(tag, sep="-"))
            except (ValueError, UnknownLocaleError):
                break
    return language


def clock(moment: datetime, zone: ZoneInfo, locale: str) -> str:
    """18:04, or 6:04 PM."""
    local = moment.astimezone(zone)
    return _clock(local.hour, local.minute, locale)


def full(moment: datetime, zone: ZoneInfo) -> str:
    """23.11.2026 18:04:05, in every language."""
    return moment.astimezone(zone).strftime("%d.%m.%Y %H:%M:%S")


def day_name(moment: datetime, zone: ZoneInfo, today: date, locale: str) -> str:
    """Today, Yesterday, November 23, or November 23, 2025 when that is another year than today's."""
    day = moment.astimezone(zone).date()
    return _recent(day, today) or _date(day, day.year != today.year, locale)


def list_time(moment: datetime, zone: ZoneInfo, today: date, locale: str) -> str:
    """As short as a list needs: the clock of today, Yesterday, else 23.11.2026."""
    day = moment.astimezone(zone).date()
    if day == today:
        return clock(moment, zone, locale)
    return _recent(day, today) or day.strftime("%d.%m.%Y")


def _recent(day: date, today: date) -> str:
    return {0: _("Today"), 1: _("Yesterday")}.get((today - day).days, "")


@lru_cache(KEPT)
def _clock(hour: int, minute: int, locale: str) -> str:
    return _unbroken(format_time(time(hour, minute), "short", locale=locale))


@lru_cache(KEPT)
def _date(day: date, with_year: bool, locale: str) -> str:
    return _unbroken(format_date(day, "long", locale) if with_year else format_skeleton("MMMMd", day, locale=locale))


def _unbroken(words: str) -> str:
    return _SPACE.sub(NO_BREAK_SPACE, words)
