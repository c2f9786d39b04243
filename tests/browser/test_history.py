"""The history: without end, both ways, by link and by date."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute


async def somebody_with_history(site: Site, person: Opens, database_url: str, total: int) -> tuple[Screen, int, int]:
    """Ana, a thread of so many messages of Ben's, an hour apart, and Ben."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana", timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "number 1")
    await ana.goes_to("about:blank")  # not to be surprised by what comes from nowhere
    execute(
        database_url,
        f"insert into messages select {thread}, n, {ben}, gen_random_uuid(), 'number ' || n, now()"
        f" from generate_series(2, {total}) n; update threads set last_seq = {total};"
        f" update messages set sent_at = timestamptz '2026-01-01 00:30Z' + seq * interval '1 hour';"
        f" update participants set read_seq = {total}, sent_unread = 0,"
        f" sent = case user_id when {ben} then {total} - 1 else 1 end",
    )
    return ana, thread, ben


async def test_a_link_to_a_message_opens_the_history_around_it_and_reading_goes_on_both_ways(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, ben = await somebody_with_history(site, person, database_url, 400)
    await ana.goes_to(f"/messages/chat/{thread}/?at=200")
    asked_for = ana.page.locator("[data-seq='200']")
    await expect(asked_for).to_be_in_viewport()
    numbers = ana.page.locator("#messages > .message")
    await site.says(thread, ben, "meanwhile")
    await expect(ana.page.get_by_role("link", name="1 new message")).to_be_visible()
    await expect(ana.messages.filter(has_text="meanwhile")).to_have_count(0)  # its turn has not come
    await ana.scrolls(up=True, until=1)
    await ana.scrolls(up=False, until=401)  # and now it has
    seqs = await numbers.evaluate_all("items => items.map(item => Number(item.dataset.seq))")
    assert seqs == list(range(1, 402))
    await ana.page.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    await expect(ana.conversation("Ben").locator(".badge")).to_be_hidden()  # seen to the end
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    await ana.page.get_by_role("link", name="Jump to the newest message").click()
    await expect(ana.messages.last).to_have_text("meanwhile")
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/")


async def test_what_is_written_at_an_old_place_without_a_connection_is_seen_to_wait(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await somebody_with_history(site, person, database_url, 300)
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    tab = await ana.another_tab()
    await tab.goes_to(f"/messages/chat/{thread}/")
    await tab.writes("from the other tab")
    await tab.sees_pending(0)
    await expect(ana.page).to_have_url(re.compile(r"at=100$"))  # nobody is moved by another tab
    await ana.page.context.set_offline(True)
    await ana.writes("from long ago")
    await expect(ana.page.locator(".message.pending")).to_contain_text("from long ago")
    await ana.sees("Couldn’t open this: the connection was lost.")
    await ana.page.context.set_offline(False)
    for screen in (tab, ana):
        await expect(screen.messages.last).to_have_text("from long ago")
        await screen.sees_pending(0)
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/")  # she follows what she wrote


async def test_pages_that_overtake_each_other_leave_no_gap(site: Site, person: Opens, database_url: str) -> None:
    ana, thread, _ = await somebody_with_history(site, person, database_url, 1100)
    await ana.goes_to(f"/messages/chat/{thread}/?at=450")
    await expect(ana.page.locator("[data-seq='450']")).to_be_in_viewport()
    await ana.scrolls(up=False, until=799)
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await ana.page.route("**/history?after=*", hold)
    log = ana.page.locator("#log")
    await log.evaluate("log => { log.scrollTop = 0; }")
    await expect(ana.page.locator("#log")).to_be_visible()
    while not held:
        await ana.page.evaluate("new Promise(requestAnimationFrame)")
    await ana.scrolls(up=True, until=1)  # what the held page leads on from is let go of meanwhile
    await held[0].continue_()
    await ana.page.unroute("**/history?after=*")
    await ana.scrolls(up=False, until=1100)
    seqs = await ana.page.locator("#messages > .message").evaluate_all("all => all.map(each => +each.dataset.seq)")
    assert seqs == list(range(seqs[0], 1101))


async def test_a_reader_goes_to_a_date(site: Site, person: Opens, database_url: str) -> None:
    ana, thread, _ = await somebody_with_history(site, person, database_url, 300)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.page.get_by_role("button", name="Go to a date").click()
    await ana.page.locator("#on").fill("2026-01-05")
    await ana.presses("Go")
    await expect(ana.page).to_have_url(re.compile(r"\?at=96$"))
    await expect(ana.page.locator("[data-seq='96']")).to_be_in_viewport()


async def test_a_long_history_is_scrolled_back_and_the_page_stays_small(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await somebody_with_history(site, person, database_url, 1200)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.scrolls(up=True, until=1)
    assert await ana.page.locator("#messages > .message").count() <= 700
    await ana.writes("from the very beginning")
    await expect(ana.messages.last).to_have_text("from the very beginning")
    await ana.sees_pending(0)


async def somebody_who_left_off(
    site: Site, person: Opens, database_url: str, total: int, read: int, own: str = "false", **options: object
) -> tuple[Screen, int, int]:
    """Ana, a thread of so many messages of Ben's, and of her own where a condition of their number n holds, and Ben."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana", timezone_id="UTC", **options)
    await ana.joins()
    thread = await ana.writes_to("Ben", "number 1")
    await ana.goes_to("about:blank")
    execute(
        database_url,
        f"insert into messages select {thread}, n, case when {own} then u.id else {ben} end, gen_random_uuid(),"
        f" 'number ' || n, now() from generate_series(2, {total}) n, users u where u.name = 'Ana';"
        f" update threads set last_seq = {total};"
        f" update messages set sent_at = timestamptz '2026-01-01 00:30Z' + seq * interval '1 hour';"
        f" update participants p set read_seq = case p.user_id when {ben} then {total} else {read} end,"
        f" sent = (select count(*) from messages m where m.sender_id = p.user_id),"
        f" sent_unread = case p.user_id when {ben} then 0 else"
        f" (select count(*) from messages m where m.sender_id = p.user_id and m.seq > {read}) end",
    )
    return ana, thread, ben


@pytest.mark.parametrize(
    ("total", "own", "unread"), [(450, "false", 250), (450, "n > 210 and n % 2 = 0", 130)], ids=["all-new", "own-among"]
)
async def test_a_chat_with_many_unread_messages_opens_where_the_reader_left_off(
    site: Site, person: Opens, database_url: str, total: int, own: str, unread: int
) -> None:
    ana, thread, _ = await somebody_who_left_off(site, person, database_url, total, 200, own)
    await ana.goes_to(f"/messages/chat/{thread}/")
    line, badge = ana.page.locator(".unread-line"), ana.page.locator("#new-messages")
    await expect(line).to_be_in_viewport()
    await expect(ana.page.locator(".unread-line + .message")).to_contain_text("number 201")
    await expect(badge).to_have_text(str(unread))
    await expect(ana.conversation("Ben").locator(".badge")).to_have_text(str(unread))
    await expect(ana.box).to_be_focused()
    await ana.scrolls(up=True, until=1)
    await expect(ana.conversation("Ben").locator(".badge")).to_have_text(str(unread))  # nothing counts as read yet
    await ana.scrolls(up=False, until=total)
    await expect(ana.page.locator(".unread-line + .message")).to_contain_text("number 201")
    await expect(line).to_have_count(1)
    await ana.page.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    await expect(ana.conversation("Ben").locator(".badge")).to_be_hidden()  # seen to the end
    await expect(badge).to_be_hidden()


async def test_the_way_to_the_end_leads_past_what_is_unread_and_it_counts_as_read_there(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, ben = await somebody_who_left_off(site, person, database_url, 450, 200)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await site.says(thread, ben, "meanwhile")
    await expect(ana.page.locator("#new-messages")).to_have_text("251")
    await expect(ana.conversation("Ben").locator(".badge")).to_have_text("251")  # nothing counts as read yet
    await ana.page.get_by_role("link", name="251 new messages").click()
    await expect(ana.messages.last).to_have_text("meanwhile")
    await expect(ana.messages.last).to_be_in_viewport()
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/")
    await expect(ana.page.locator(".unread-line")).to_have_count(0)  # it is far above
    await expect(ana.conversation("Ben").locator(".badge")).to_be_hidden()
    await ana.scrolls(up=True, until=1)
    await expect(ana.page.locator(".unread-line + .message")).to_contain_text("number 201")


async def test_where_one_left_off_is_in_view_without_scripts_and_one_reads_on_page_by_page(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await somebody_who_left_off(site, person, database_url, 350, 200, java_script_enabled=False)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await expect(ana.page.locator(".unread-line")).to_be_in_viewport()
    await expect(ana.page.locator("#new-messages")).to_have_text("150")
    await ana.presses("Mark as read")  # as far as this page goes
    await expect(ana.page.locator(".unread-line + .message")).to_contain_text("number 251")
    await ana.presses("Mark as read")
    await ana.types("Now I know")
    await ana.presses("Send")
    await expect(ana.messages.last).to_have_text("Now I know")
    await expect(ana.conversation("Ben").locator(".badge")).to_be_hidden()


async def test_what_one_writes_without_scripts_is_in_view_however_much_is_unread(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await somebody_who_left_off(site, person, database_url, 350, 200, java_script_enabled=False)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.types("Here I am")
    await ana.presses("Send")
    await expect(ana.messages.last).to_have_text("Here I am")
    await expect(ana.messages.last).to_be_in_viewport()
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    await expect(ana.page.locator("[data-seq='100']")).to_be_in_viewport()
