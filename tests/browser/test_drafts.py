"""Drafts survive reloads, other chats and a lost connection, and are shared by tabs."""

import asyncio

from playwright.async_api import WebSocketRoute, expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.people import PATIENCE


async def test_drafts_stay_with_their_conversations_through_reloads_and_tabs(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.writes_to("Cleo", "Hello")
    await ana.types("for Cleo")
    await ana.opens_conversation("Ben")
    await expect(ana.box).to_have_value("")
    await ana.types("for Ben")
    await ana.opens_conversation("Cleo")
    await expect(ana.box).to_have_value("for Cleo")
    await ana.page.reload()
    await expect(ana.box).to_have_value("for Cleo")
    tab = await ana.another_tab()
    await tab.goes_to("/messages/")
    await tab.opens_conversation("Ben")
    await expect(tab.box).to_have_value("for Ben")
    await tab.writes("sent there")
    await ana.opens_conversation("Ben")
    await expect(ana.box).to_have_value("")


async def test_invisible_text_is_not_a_draft(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    row = ana.page.locator(f"[data-thread='{thread}']")
    for typed, drafted in (("half a thought", True), ("\u200b\u2800", False)):
        await ana.goes_to(f"/messages/chat/{thread}/")
        await ana.page.locator("#message").fill(typed)
        await ana.writes_to("Cleo", "Hi")
        await expect(row).to_contain_class("drafted") if drafted else await expect(row).not_to_contain_class("drafted")


async def test_a_new_message_is_kept_while_the_user_looks_elsewhere_or_is_offline(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.goes_to("/messages/")
    await ana.fills_in(recipient_name="Cleo", message="A long letter")
    await ana.opens_conversation("Ben")
    await ana.page.go_back()
    await expect(ana.page.locator(".name-chip bdi")).to_have_text("Cleo")
    await ana.page.context.set_offline(True)
    await ana.page.evaluate("dispatchEvent(new Event('online'))")  # reconnects in vain
    await ana.sees("Connection lost. Reconnecting…")
    await ana.presses("Send")
    await ana.sees("Couldn’t send this: the connection was lost.")
    await expect(ana.page.locator("[name=message]")).to_have_value("A long letter")
    await ana.page.context.set_offline(False)
    await expect(ana.page.locator("#connection")).to_be_hidden()
    await ana.presses("Send")
    await ana.sees_messages("A long letter")
    await ana.goes_to("/messages/")
    await expect(ana.page.locator("[name=message]")).to_have_value("")


async def sends_while_the_page_connects(screen: Screen) -> WebSocketRoute:
    """Presses Send on a page whose socket is not there yet; returns what the socket waits for."""
    asked: asyncio.Queue[WebSocketRoute] = asyncio.Queue()
    await screen.page.route_web_socket("**/messages/ws", asked.put_nowait)
    await screen.goes_to("/messages/")
    socket = await asyncio.wait_for(asked.get(), PATIENCE)
    await screen.fills_in(recipient_name="Ben", message="In a hurry")
    await expect(screen.page.locator(".name-chip bdi")).to_have_text("Ben")  # the form's script is there
    await screen.presses("Send")
    await expect(screen.page.locator("[name=message]")).to_have_value("In a hurry")
    return socket


async def test_a_new_message_sent_while_the_page_connects_goes_once_it_has(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    (await sends_while_the_page_connects(ana)).connect_to_server()
    await ana.sees_messages("In a hurry")


async def test_a_new_message_sent_while_the_page_connects_in_vain_is_kept(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await (await sends_while_the_page_connects(ana)).close()
    await ana.sees("Couldn’t send this: the connection was lost.")
    await expect(ana.page.locator("[name=message]")).to_have_value("In a hurry")
