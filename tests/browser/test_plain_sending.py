"""Where no WebSocket gets through: what one writes and changes is posted by forms, in order."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.browser.swallowing import Swallowing
from tests.support.database import execute
from tests.support.people import PATIENCE

UNSENT = "Send unsent messages"


async def comes_back_without_sockets(screen: Screen, url: str) -> None:
    await screen.page.add_init_script("delete window.WebSocket")
    await screen.goes_to(url)


async def test_what_waits_is_posted_in_order_once_ben_asks_for_it(mortal_site: Site, ana: Screen, ben: Screen) -> None:
    await mortal_site.stop()
    await ben.edits("What are you reading?", "What are you writing?")
    await ben.reacts("What are you writing?", "👍")
    await ben.answers("Hello Ana", "Are you there?")
    await ben.writes("It is late")
    await ben.deletes("Hello Ana")
    url = ben.page.url
    await ben.goes_to("about:blank")
    await mortal_site.start()
    await comes_back_without_sockets(ben, url)
    await ana.sees_messages("Hello Ana", "What are you reading?")
    await ben.presses(UNSENT)
    for screen in (ben, ana):
        await screen.sees_messages("Message deleted", "What are you writing?", "Are you there?", "It is late")
        await expect(screen.page.locator(".message-quote")).to_have_text("BenMessage deleted")
        await expect(screen.message("What are you writing?").locator(".chip")).to_have_text("👍1")
        await expect(screen.page.locator(".pending, .changing")).to_have_count(0)
    await expect(ben.page.get_by_role("button", name=UNSENT)).to_be_hidden()


async def test_without_sockets_what_one_does_is_done_at_once(ana: Screen, ben: Screen) -> None:
    await comes_back_without_sockets(ben, ben.page.url)
    await ben.answers("Hello Ana", "Are you there?")
    await ana.sees_messages("Hello Ana", "What are you reading?", "Are you there?")
    await expect(ana.page.locator(".message-quote")).to_have_text("BenHello Ana")
    await ana.writes("Yes, I am")
    await ben.edits("Hello Ana", "Hello dear Ana")
    await ben.reacts("Hello dear Ana", "👍")
    await expect(ana.message("Hello dear Ana").locator(".chip")).to_have_text("👍1")
    await ben.deletes("What are you reading?")
    await ana.sees_messages("Hello dear Ana", "Message deleted", "Are you there?", "Yes, I am")
    await ben.writes("I see it now")  # what came meanwhile is on the page that follows
    for screen in (ben, ana):
        await screen.sees_messages("Hello dear Ana", "Message deleted", "Are you there?", "Yes, I am", "I see it now")


async def test_what_may_have_arrived_is_settled_by_the_form_and_then_edited(
    ana: Screen, ben: Screen, database_url: str
) -> None:
    url = ben.page.url
    swallowing = await Swallowing.between(ben)
    swallowing.begin()
    await ben.writes("helo")
    await swallowing.something()
    await ben.edits("helo", "hello")
    await ben.goes_to("about:blank")
    await comes_back_without_sockets(ben, url)
    await ben.presses(UNSENT)
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "hello")
    assert execute(database_url, "select count(*) from messages") == [(3,)]


async def test_an_edit_that_is_refused_keeps_both_texts_and_holds_up_nothing(
    ana: Screen, ben: Screen, person: Opens
) -> None:
    url = ben.page.url
    tablet = await person("Ben")
    await tablet.signs_in()
    await tablet.goes_to(url)
    await ben.page.context.set_offline(True)
    await ben.edits("Hello Ana", "Hello from the desk")
    await ben.writes("It is late")
    await tablet.edits("Hello Ana", "Hello from the tablet")
    await ana.sees_messages("Hello from the tablet", "What are you reading?")
    await ben.goes_to("about:blank")
    await ben.page.context.set_offline(False)
    await comes_back_without_sockets(ben, url)
    await ben.presses(UNSENT)
    both = ben.page.locator(".message-conflict .conflict-text")
    await expect(both).to_have_text(["Hello from the desk", "Hello from the tablet"])
    await ana.sees_messages("Hello from the tablet", "What are you reading?", "It is late")
    await ben.presses("Use mine")
    for screen in (ben, ana):
        await screen.sees_messages("Hello from the desk", "What are you reading?", "It is late")


async def test_a_page_older_than_what_ben_changed_meanwhile_is_loaded_again(ana: Screen, ben: Screen) -> None:
    await comes_back_without_sockets(ben, ben.page.url)
    drawn, released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method == "GET" and not drawn.is_set():
            response = await route.fetch()
            drawn.set()
            await released.wait()
            await route.fulfill(response=response)
        else:
            await route.continue_()

    await ben.page.route(f"{ben.page.url}*", hold)
    await ben.writes("It is late")
    await asyncio.wait_for(drawn.wait(), PATIENCE)
    await ben.edits("Hello Ana", "Hello dear Ana")
    await ana.sees_messages("Hello dear Ana", "What are you reading?", "It is late")
    await expect(ben.page.locator(".changing")).to_have_count(0)
    released.set()
    await expect(ben.page.locator("#main[aria-busy]")).to_have_count(0)
    await ben.sees_messages("Hello dear Ana", "What are you reading?", "It is late")


async def test_a_reaction_that_is_refused_is_taken_back_and_says_why(
    ana: Screen, ben: Screen, database_url: str
) -> None:
    del ana
    await comes_back_without_sockets(ben, ben.page.url)
    execute(
        database_url,
        "insert into blocks (blocker_id, blocked_id)"
        " select a.id, b.id from users a, users b where a.name = 'Ana' and b.name = 'Ben'",
    )
    await ben.reacts("Hello Ana", "👍")
    await ben.sees("This person isn’t accepting messages.")
    await expect(ben.page.locator(".chip")).to_have_count(0)


async def test_what_could_not_be_posted_waits_and_says_so(ana: Screen, ben: Screen) -> None:
    await comes_back_without_sockets(ben, ben.page.url)
    await ben.page.route("**/messages/chat/*/", lambda route: route.abort())
    await ben.writes("Are you there?")
    await ben.sees("Couldn’t send this: the connection was lost.")
    await ben.sees_pending(1)
    await ben.page.unroute("**/messages/chat/*/")
    await ben.presses(UNSENT)
    for screen in (ben, ana):
        await screen.sees_messages("Hello Ana", "What are you reading?", "Are you there?")
