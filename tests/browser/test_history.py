"""The history: endless scrolling in both directions, links to messages, and jumps to a date."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute


async def ana_with_history(site: Site, person: Opens, database_url: str, total: int) -> tuple[Screen, int, int]:
    """Returns Ana, a thread in which Ben wrote `total` messages an hour apart, and Ben's id."""
    (ben,) = await site.has("Ben")
    ana = await person("Ana", timezone_id="UTC")
    await ana.joins()
    thread = await ana.writes_to("Ben", "number 1")
    await ana.goes_to("about:blank")  # so that no live update interferes
    execute(
        database_url,
        f"insert into messages select {thread}, n, {ben}, gen_random_uuid(), 'number ' || n, now()"
        f" from generate_series(2, {total}) n; update threads set last_seq = {total};"
        f" update messages set sent_at = timestamptz '2026-01-01 00:30Z' + seq * interval '1 hour';"
        f" update participants set read_seq = {total}, sent_unread = 0,"
        f" sent = case user_id when {ben} then {total} - 1 else 1 end",
    )
    return ana, thread, ben


async def test_a_link_to_a_message_opens_the_history_around_it_in_both_directions(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, ben = await ana_with_history(site, person, database_url, 400)
    await ana.goes_to(f"/messages/chat/{thread}/?at=200")
    asked_for = ana.page.locator("[data-seq='200']")
    await expect(asked_for).to_be_in_viewport()
    numbers = ana.page.locator("#messages > .message")
    await site.says(thread, ben, "meanwhile")
    await expect(ana.page.get_by_role("link", name="1 new message")).to_be_visible()
    await expect(ana.messages.filter(has_text="meanwhile")).to_have_count(0)  # not loaded yet
    await ana.scrolls(up=True, until=1)
    await ana.scrolls(up=False, until=401)  # and now it is
    seqs = await numbers.evaluate_all("items => items.map(item => Number(item.dataset.seq))")
    assert seqs == list(range(1, 402))
    await ana.page.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    await expect(ana.conversation("Ben").locator(".badge")).to_be_hidden()  # seen to the end
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    await ana.page.get_by_role("link", name="Jump to the newest message").click()
    await expect(ana.messages.last).to_have_text("meanwhile")
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/")


async def test_a_message_written_offline_in_old_history_is_shown_as_waiting(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await ana_with_history(site, person, database_url, 300)
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    tab = await ana.another_tab()
    await tab.goes_to(f"/messages/chat/{thread}/")
    await tab.writes("from the other tab")
    await tab.sees_pending(0)
    await expect(ana.page).to_have_url(re.compile(r"at=100$"))  # another tab does not move the reader
    await ana.page.context.set_offline(True)
    await ana.writes("from long ago")
    await expect(ana.page.locator(".message.pending")).to_contain_text("from long ago")
    await ana.sees("Couldn’t open this: the connection was lost.")
    await ana.page.context.set_offline(False)
    for screen in (tab, ana):
        await expect(screen.messages.last).to_have_text("from long ago")
        await screen.sees_pending(0)
    await expect(ana.page).to_have_url(f"/messages/chat/{thread}/")  # she is taken to her message


async def test_pages_of_history_that_arrive_out_of_order_leave_no_gap(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await ana_with_history(site, person, database_url, 1100)
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
    await ana.scrolls(up=True, until=1)  # the messages before the held page are removed meanwhile
    await held[0].continue_()
    await ana.page.unroute("**/history?after=*")
    await ana.scrolls(up=False, until=1100)
    seqs = await ana.page.locator("#messages > .message").evaluate_all("all => all.map(each => +each.dataset.seq)")
    assert seqs == list(range(seqs[0], 1101))


async def test_a_reader_jumps_to_a_date(site: Site, person: Opens, database_url: str) -> None:
    ana, thread, _ = await ana_with_history(site, person, database_url, 300)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.page.get_by_role("button", name="Go to a date").click()
    await ana.page.locator("#on").fill("2026-01-05")
    await ana.presses("Go")
    await expect(ana.page).to_have_url(re.compile(r"\?at=96$"))
    await expect(ana.page.locator("[data-seq='96']")).to_be_in_viewport()


async def test_the_page_stays_small_while_a_long_history_is_scrolled(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await ana_with_history(site, person, database_url, 1200)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.scrolls(up=True, until=1)
    assert await ana.page.locator("#messages > .message").count() <= 700
    await ana.writes("from the very beginning")
    await expect(ana.messages.last).to_have_text("from the very beginning")
    await ana.sees_pending(0)


async def ana_with_unread_messages(
    site: Site, person: Opens, database_url: str, total: int, read: int, own: str = "false", **options: object
) -> tuple[Screen, int, int]:
    """Returns Ana, a thread where she read `read` of `total` messages, and Ben's id; `own`: which she wrote, in SQL."""
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
    ana, thread, _ = await ana_with_unread_messages(site, person, database_url, total, 200, own)
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


async def test_jumping_to_the_end_skips_unread_messages_and_marks_them_as_read(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, ben = await ana_with_unread_messages(site, person, database_url, 450, 200)
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


async def test_without_scripts_unread_messages_are_in_view_and_read_page_by_page(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await ana_with_unread_messages(site, person, database_url, 350, 200, java_script_enabled=False)
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


async def test_without_scripts_a_sent_message_is_in_view_however_much_is_unread(
    site: Site, person: Opens, database_url: str
) -> None:
    ana, thread, _ = await ana_with_unread_messages(site, person, database_url, 350, 200, java_script_enabled=False)
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.types("Here I am")
    await ana.presses("Send")
    await expect(ana.messages.last).to_have_text("Here I am")
    await expect(ana.messages.last).to_be_in_viewport()
    await ana.goes_to(f"/messages/chat/{thread}/?at=100")
    await expect(ana.page.locator("[data-seq='100']")).to_be_in_viewport()
