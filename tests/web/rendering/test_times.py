"""Times in the user's language and format, as the server renders them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chatserver.i18n import current_language, use_language
from chatserver.web.rendering.times import clock, clock_locale, day_name, full, list_time
from tests.cases import cases


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    before = current_language()
    yield
    use_language(before)


@pytest.mark.parametrize("case", cases("times"), ids=lambda case: f"{case['moment']} {case['languages']}")
def test_times_are_in_the_users_zone_language_and_format(case: dict[str, Any]) -> None:
    use_language(case["language"])
    moment, zone = datetime.fromisoformat(case["moment"]), ZoneInfo(case["zone"])
    today = datetime.fromisoformat(case["now"]).astimezone(zone).date()
    locale = clock_locale(",".join(case["languages"]), case["language"])
    shown = {
        "clock": clock(moment, zone, locale),
        "full": full(moment, zone, locale),
        "day": day_name(moment, zone, today, locale),
        "list": list_time(moment, zone, today, locale),
    }
    assert shown == {shape: case[shape] for shape in shown}


@pytest.mark.parametrize(
    ("accept_language", "locale"),
    [
        ("en-GB,en-US;q=0.9", "en_GB"),
        ("ru-RU, en-gb;q=0.8", "en_GB"),
        ("en-US;q=0.5, en-GB;q=0.9", "en_GB"),
        ("en-US;q=0, en-GB;q=0.1", "en_GB"),
        ("en-US;q=nan, en-AU;q=inf, en-GB;Q=0.1", "en_GB"),
        ("en", "en"),
        ("", "en"),
        ("*, de;q=0.5", "en"),
        ("en-u-hc-h23, en-GB", "en"),
        ("en-../../etc", "en"),
        (",;,en-" + "x" * 100_000, "en"),
    ],
    ids=range(11),
)
def test_the_clock_follows_the_preferred_locale_of_the_pages_language(accept_language: str, locale: str) -> None:
    assert clock_locale(accept_language, "en") == locale
