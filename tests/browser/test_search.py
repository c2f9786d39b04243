"""The search: a field above the conversations, results as one types, and the chat around a hit."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute, holds
from tests.support.searching import IS_BEHIND

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True}
NEEDLE = "Мы встретились у старой мельницы"


async def among_many(site: Site, person: Opens, database_url: str, total: int, **options: object) -> tuple[Screen, int]:
    """Ana, and her chat with Ben with so many messages, an hour apart; of Ben's, the 77th is the one to be found."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana", timezone_id="UTC", **options)
    await ana.joins()
    thread = await ana.writes_to("Ben", "number 1")
    await ana.goes_to("about:blank")
    execute(
        database_url,
        f"insert into messages select {thread}, n, {ben}, gen_random_uuid(),"
        f" case n when 77 then '{NEEDLE}' else 'number ' || n end, now() - ({total} - n) * interval '1 hour'"
        f" from generate_series(2, {total}) n; update threads set last_seq = {total}, last_message_at = now();"
        f" update participants set read_seq = {total}, sent_unread = 0,"
        f" sent = case user_id when {ben} then {total} - 1 else 1 end",
    )
    await holds(database_url, f"select 1 where not exists ({IS_BEHIND})")
    await ana.goes_to("/messages/")
    return ana, thread


async def finds_the_mill_and_reads_on(ana: Screen, thread: int) -> None:
    """By the keyboard alone, and back."""
    await ana.page.locator("h1").wait_for(state="attached")
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.type("мельница")
    result = ana.page.locator("#search-results .search-result")
    await expect(result).to_have_count(1)
    await expect(result.locator("mark")).to_have_text(["мельницы"])
    await expect(ana.page.locator("#search-results [role=status]")).to_have_text("1 result")
    await ana.is_accessible()
    await ana.page.keyboard.press("ArrowDown")
    await expect(result.locator("a")).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(ana.page).to_have_url(re.compile(rf"/messages/chat/{thread}/\?at=77$"))
    hit = ana.page.locator(".message[data-seq='77']")
    await expect(hit).to_be_in_viewport()
    await expect(hit.locator("mark")).to_have_text("мельницы")
    await expect(ana.page.locator(".message[data-seq='78']")).to_have_text(re.compile("number 78"))
    await ana.is_accessible()
    await ana.page.go_back()
    await expect(result).to_be_visible()
    await expect(result.locator("mark")).to_have_text(["мельницы"])
    await ana.page.keyboard.press("/")
    field = ana.page.locator(".search [name=q]")
    await expect(field).to_have_value("мельница")
    await expect(field).to_be_focused()
    await ana.page.keyboard.press("Escape")
    await expect(ana.conversation("Ben")).to_be_visible()


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
async def test_ana_finds_a_word_of_a_year_ago_by_the_keyboard_alone_and_reads_on_around_it(
    site: Site, person: Opens, database_url: str, options: dict[str, object]
) -> None:
    ana, thread = await among_many(site, person, database_url, 10_000, **options)
    await finds_the_mill_and_reads_on(ana, thread)


@pytest.mark.long
@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
async def test_among_100_000_messages_ana_finds_a_word_and_cleo_who_came_later_does_not(
    site: Site, person: Opens, database_url: str, options: dict[str, object]
) -> None:
    ana, thread = await among_many(site, person, database_url, 100_000, **options)
    await finds_the_mill_and_reads_on(ana, thread)
    cleo = await person("Cleo")
    await cleo.joins()
    execute(
        database_url,
        "insert into participants (thread_id, user_id, from_seq)"
        f" select {thread}, id, 50000 from users where name = 'Cleo'",
    )
    await cleo.page.keyboard.press("Control+k")
    await cleo.page.keyboard.type("мельница")
    box = cleo.page.locator("#search-results")
    await expect(box).to_contain_text("Nothing found.")
    await cleo.page.locator(".search [name=q]").fill("number 77777")
    await expect(box.locator(".search-result mark")).to_have_text(["number", "77777"])


async def test_in_one_chat_ana_goes_from_result_to_result(site: Site, person: Opens, database_url: str) -> None:
    ana, thread = await among_many(site, person, database_url, 300)
    await site.has("Cleo")
    await ana.writes_to("Cleo", "number 7, too")
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.page.get_by_role("button", name="More").click()
    await ana.page.get_by_role("link", name="Search in this chat").click()
    await expect(ana.page.locator(".search [name=q]")).to_be_focused()
    await ana.page.keyboard.type("number 7")
    results = ana.page.locator("#search-results .search-result")
    await expect(results).to_have_count(10)  # 79 to 70 without 77, and 7; not Cleo's
    await ana.page.keyboard.press("Enter")
    await expect(ana.page).to_have_url(re.compile(r"at=79$"))
    steps = ana.page.get_by_role("group", name="Results of the search")
    await expect(steps).to_contain_text("1 / 10")
    await expect(steps.get_by_role("button", name="Newer result")).to_be_disabled()
    await steps.get_by_role("button", name="Older result").click()
    await expect(ana.page).to_have_url(re.compile(r"at=78$"))
    await expect(ana.page.locator(".message[data-seq='78'] mark")).to_have_text(["number", "78"])
    await steps.get_by_role("button", name="Newer result").click()
    await expect(ana.page).to_have_url(re.compile(r"at=79$"))
    await steps.get_by_role("button", name="Close").click()
    await expect(steps).to_have_count(0)
    await ana.page.get_by_role("link", name="Search all chats").click()
    await expect(results).to_have_count(11)


async def test_chats_come_first_by_their_names_and_what_is_not_there_is_said(site: Site, person: Opens) -> None:
    await site.has("Benedict", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Benedict", "Cleo is here")
    await ana.writes_to("Cleo", "Good morning")
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.type("cleo")
    box = ana.page.locator("#search-results")
    await expect(box.locator(".search-chats bdi")).to_have_text(["Cleo"])
    await expect(box.locator(".search-result")).to_contain_text("Cleo is here")
    await ana.page.locator(".search [name=q]").fill("zzzz")
    await expect(box).to_contain_text("Nothing found.")
    await ana.page.locator(".search [name=q]").fill("пщщв")
    await expect(box).to_contain_text("As typed on the other keyboard layout:")
    await ana.page.locator(".search [name=q]").fill("x" * 201)
    await expect(box).to_contain_text("Search for 200 characters at most.")


async def test_a_search_without_a_connection_says_so_and_is_tried_again(site: Site, person: Opens) -> None:
    ana = await person("Ana")
    await site.has("Ben")
    await ana.joins()
    await ana.writes_to("Ben", "an apple and a banana")
    await ana.page.keyboard.press("Control+k")
    await ana.page.keyboard.type("apple")
    box = ana.page.locator("#search-results")
    await expect(box.locator("mark")).to_have_text(["apple"])
    await ana.page.context.set_offline(True)
    await ana.page.locator(".search [name=q]").fill("banana")
    await expect(box.locator(".search-nothing")).to_have_text("Couldn’t search: the connection was lost. Trying again…")
    await expect(box.locator(".search-result")).to_have_count(0)
    await ana.is_accessible()
    await ana.page.context.set_offline(False)
    await expect(box.locator("mark")).to_have_text(["banana"])
    await expect(box.locator(".search-nothing")).to_have_count(0)


async def test_the_page_of_the_search_works_with_scripts_too(site: Site, person: Opens, database_url: str) -> None:
    ana, thread = await among_many(site, person, database_url, 100)
    await ana.goes_to("/messages/search/?q=мильница")
    result = ana.page.locator("main .search-result")
    await expect(ana.page.locator("main .search-kind")).to_have_text("Similar words:")
    await ana.is_accessible()
    await result.locator("a").click()
    await expect(ana.page).to_have_url(re.compile(rf"/messages/chat/{thread}/\?at=77$"))
    await expect(ana.page.locator(".message[data-seq='77']")).to_be_in_viewport()


async def test_without_scripts_the_search_is_a_form_and_pages(site: Site, person: Opens, database_url: str) -> None:
    ana = await person("Ana", java_script_enabled=False)
    (ben,) = await site.has("Ben")
    await ana.joins()
    thread = await ana.writes_to("Ben", "word 1")
    for number in range(2, 31):
        await site.says(thread, ben, f"word {number}")
    await ana.goes_to("/messages/")
    await ana.page.locator(".search [name=q]").fill("word")
    await ana.page.locator(".search [name=q]").press("Enter")
    results = ana.page.locator("main .search-result")
    await expect(results).to_have_count(20)
    await expect(results.first.locator("mark")).to_have_text(["word"])
    await ana.page.get_by_role("link", name="Older results").click()
    await expect(results).to_have_count(10)
    await results.last.locator("a").click()
    await expect(ana.page).to_have_url(re.compile(rf"/messages/chat/{thread}/\?at=1$"))
