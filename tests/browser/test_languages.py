"""Russian and English, and the browser's time zone."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.browser.site import Opens, Site


async def test_live_counts_in_russian_have_the_right_plural(person: Opens) -> None:
    ana, ben = await person("Ана", locale="ru-RU"), await person("Ben")
    await ben.joins()
    await ana.signs_up("Зарегистрироваться")
    await ana.sees("Чатов пока нет")
    await ana.writes_to("Ben", "Привет", "Отправить")
    await ana.sees_counts("1 сообщение (получено 0, отправлено 1)")
    await ben.opens_conversation("Ана")
    for number, counts in enumerate(["2 сообщения", "3 сообщения", "4 сообщения", "5 сообщений"], 1):
        await ben.writes(f"number {number}")
        await ana.sees_counts(f"{counts} (получено {number}, отправлено 1)")


async def test_the_language_is_changed_and_remembered(person: Opens) -> None:
    ana = await person("Ana")
    await ana.joins()
    await ana.chooses("Русский")
    await ana.sees("Чатов пока нет")
    await expect(ana.page.locator("html")).to_have_attribute("lang", "ru")
    await ana.goes_to("/messages/chat/999/")
    await ana.sees("Такого чата нет.")
    await ana.presses("English")
    await ana.goes_to("/messages/")
    await ana.sees("No chats yet")


async def test_times_are_in_the_browsers_zone_from_the_first_page(site: Site, person: Opens) -> None:
    zone = "America/New_York"
    ana = await person("Ana", timezone_id=zone)
    await site.has("Ben")
    await ana.joins()
    await ana.writes_to("Ben", "What time is it?")
    time = ana.page.locator("#messages .message-time").first
    said = await time.get_attribute("datetime")
    assert said is not None
    there = datetime.fromisoformat(said).astimezone(ZoneInfo(zone))
    await expect(time).to_have_text(re.compile(f"^{there.hour % 12 or 12}:{there.minute:02}.{there:%p}$"))
    await expect(time).to_have_attribute(
        "title",
        re.compile(rf"^{there:%B}.{there.day},.{there.year}, {there.hour % 12 or 12}:{there:%M:%S}.{there:%p}$"),
    )
    await ana.writes("And now?")
    live = ana.page.locator("#messages .message-time").last
    await expect(live).to_have_attribute("title", re.compile(f"^{there:%B}.{there.day},.{there.year}, "))
