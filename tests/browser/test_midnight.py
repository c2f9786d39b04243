"""A page that stays open past midnight in the user's chosen zone, which is not the browser's."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from chatserver.web.rendering.timezones import CHOSEN, zone_names
from tests.browser.screens import Screen
from tests.browser.site import Opens, Site

LATE, BEFORE_NOON = 22, 10  # hours


def zone_where_it_is(hour: int) -> str:
    return next(name for name in zone_names("en") if datetime.now(ZoneInfo(name)).hour == hour)


@pytest.fixture
async def ana(person: Opens, site: Site) -> Screen:
    """Ana has chosen a zone where it is late in the evening; in her browser's zone it is morning."""
    ana = await person("Ana", timezone_id=zone_where_it_is(BEFORE_NOON))
    await ana.page.context.add_cookies([{"name": CHOSEN, "value": zone_where_it_is(LATE), "url": site.url}])
    await ana.joins()
    return ana


async def test_at_midnight_today_becomes_yesterday_everywhere_on_the_page(ana: Screen, person: Opens) -> None:
    ben = await person("Ben")
    await ben.joins()
    await ana.page.clock.install()
    thread = await ana.writes_to("Ben", "Good night")
    await ben.goes_to(f"/messages/chat/{thread}/")
    presence = ana.page.locator("#presence")
    await expect(presence).to_have_text("online")
    await ben.page.close()
    await expect(presence).to_contain_text("at")
    day, row, date = ana.page.locator(".day"), ana.page.locator(".conversation-time"), ana.page.locator("#on")
    here = datetime.now(ZoneInfo(zone_where_it_is(LATE)))
    await expect(day).to_have_text("Today")
    await expect(row).not_to_have_text("Yesterday")
    await expect(date).to_have_attribute("max", here.date().isoformat())
    await ana.page.clock.set_system_time(here + timedelta(hours=2))  # fires no timer, so no reconnect updates the page
    await ana.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(day).to_have_text("Yesterday")
    await expect(row).to_have_text("Yesterday")
    await expect(presence).to_contain_text("yesterday at")
    await expect(date).to_have_attribute("max", (here + timedelta(days=1)).date().isoformat())


async def test_at_midnight_the_account_page_shows_sign_ins_as_yesterdays(ana: Screen, person: Opens) -> None:
    await ana.page.clock.install()
    await (await person("Ana")).signs_in()
    await ana.goes_to("/messages/account/")
    sign_in = ana.page.locator(".rows time")
    await expect(sign_in).not_to_have_text("Yesterday")
    await ana.page.clock.fast_forward("02:00:00")
    await expect(sign_in).to_have_text("Yesterday")
