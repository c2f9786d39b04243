"""The list of conversations is alive: order, totals, unread marks, previews, new threads."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.screens import Screen
from tests.browser.site import Opens, Site
from tests.support.database import execute
from tests.support.original import ANA, BEN, Original


async def test_the_list_is_updated_live(person: Opens) -> None:
    ana, ben, cleo = await person("Ana"), await person("Ben"), await person("Cleo")
    for someone in (ana, ben, cleo):
        await someone.joins()
    await ben.writes_to("Ana", "from Ben")
    await ana.sees_conversations("Ben")  # a new thread appears without a reload
    await cleo.writes_to("Ana", "from Cleo")
    await ana.sees_conversations("Cleo", "Ben")
    await ben.writes("from Ben again")
    await ana.sees_conversations("Ben", "Cleo")
    row = ana.conversation("Ben")
    await expect(row.locator(".badge")).to_have_text("2")
    await expect(row.locator(".conversation-total")).to_have_text("2 messages")
    await expect(row.locator(".preview-text")).to_have_text("from Ben again")

    chat = await ana.another_tab()
    await chat.goes_to("/messages/")
    await chat.opens_conversation("Ben")
    await chat.page.bring_to_front()
    await expect(row.locator(".badge")).to_be_hidden()  # read in the other tab
    await chat.writes("my answer")
    await expect(row.locator(".conversation-preview")).to_contain_text("You: my answer")
    await expect(row.locator(".badge")).to_be_hidden()


async def test_what_is_imported_appears_in_the_list_without_a_reload(ana: Screen, site: Site, tmp_path: Path) -> None:
    await ana.page.evaluate("document.body.id = 'stays'")
    execute(
        str(site.config.database_url),
        f"insert into identities (issuer, subject, user_id, version) select 'site', '{ANA}', id, 1 from users",
    )
    original = Original(threads={1: [ANA, BEN]})
    original.says(1, BEN, "years ago")
    await site.command("import-django", original.in_sqlite(tmp_path / "db.sqlite3"))
    await ana.sees_conversations("ben")
    await expect(ana.conversation("ben").locator(".preview-text")).to_have_text("years ago")
    await expect(ana.page.locator("#stays")).to_have_count(1)


async def test_signing_out_in_one_tab_signs_out_the_other_tab_and_no_other_browser(person: Opens) -> None:
    ana, elsewhere = await person("Ana"), await person("Ana")
    await ana.joins()
    await elsewhere.signs_in()
    other_tab = await ana.another_tab()
    await other_tab.goes_to("/messages/")
    await ana.chooses("Sign out")
    await expect(other_tab.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await elsewhere.page.reload()
    await elsewhere.sees("No chats yet")
    await ana.page.go_back()
    await expect(ana.page.locator("#menu")).to_have_count(0)  # Back does not show her page


async def many_conversations(site: Site, person: Opens, database_url: str) -> Screen:
    """Ana, to whom sixty people have written; Friend-60 was the last."""
    ana = await person("Ana")
    await ana.joins()
    execute(
        database_url,
        "insert into users (name, name_key, password_hash) select 'Friend-' || n, 'friend-' || n, '' from"
        " generate_series(1, 60) n;"
        " insert into threads (pair_low, pair_high, last_seq, last_message_at) select me.id, u.id, 1,"
        " now() - (60 - substr(u.name, 8)::int) * interval '1 minute' from users u, users me"
        " where me.name = 'Ana' and u.id <> me.id;"
        " insert into participants (thread_id, user_id, read_seq, sent) select t.id, p.id, 1,"
        " (p.id = t.pair_high)::int from threads t, lateral unnest(array[pair_low, pair_high]) as p (id);"
        " insert into messages"
        " select t.id, 1, t.pair_high, gen_random_uuid(), 'Hello', t.last_message_at from threads t",
    )
    return ana


async def test_the_open_conversation_is_in_view_in_the_list_however_old_it_is(
    site: Site, person: Opens, database_url: str
) -> None:
    ana = await many_conversations(site, person, database_url)
    threads = dict(execute(database_url, "select u.name, t.id from threads t join users u on u.id = t.pair_high"))
    for name in ("Friend-15", "Friend-3"):  # far down, and beyond the newest fifty
        await ana.goes_to(f"/messages/chat/{threads[name]}/")
        await expect(ana.conversation(name).locator("[aria-current]")).to_be_in_viewport(ratio=1)
    await expect(ana.page.locator("[data-thread]")).to_have_count(50)
    await ana.page.keyboard.press("Alt+ArrowUp")
    await expect(ana.page.locator("h1")).to_have_text("Friend-12")
    await expect(ana.conversation("Friend-12").locator("[aria-current]")).to_be_in_viewport(ratio=1)


async def test_a_chat_opened_within_the_page_is_listed_even_if_it_is_beyond_the_first_fifty(
    site: Site, person: Opens, database_url: str
) -> None:
    ana = await many_conversations(site, person, database_url)
    ((thread, friend),) = execute(
        database_url, "select t.id, u.id from threads t join users u on u.id = t.pair_high where u.name = 'Friend-2'"
    )
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.opens_conversation("Friend-60")
    row = ana.page.locator(f"[data-thread='{thread}']")
    await ana.page.reload()
    await expect(ana.page.locator("h1")).to_have_text("Friend-60")
    await expect(row).to_have_count(0)
    await ana.page.go_back()
    await expect(row.locator("[aria-current]")).to_be_in_viewport(ratio=1)
    await site.says(thread, friend, "I am back")
    await expect(ana.page.locator("[data-thread]").first).to_contain_text("I am back")


async def test_the_list_shows_a_draft_until_it_is_sent(site: Site, person: Opens) -> None:
    await site.has("Ben", "Cleo")
    ana = await person("Ana", locale="ru-RU")
    await ana.joins()
    await ana.writes_to("Ben", "Hello Ben", "Отправить")
    await ana.writes_to("Cleo", "Hello Cleo", "Отправить")
    tab = await ana.another_tab()
    await tab.goes_to("/messages/")
    await ana.types("half a <b>thought</b>")
    with_cleo = "[data-thread]:has-text('Cleo') .conversation-preview"
    draft = "Черновик: half a <b>thought</b>"
    await expect(tab.page.locator(with_cleo)).to_contain_text(draft)  # also in the other tab
    await expect(tab.page.locator(with_cleo).get_by_text("Hello Cleo")).to_be_hidden()
    await expect(ana.page.locator(with_cleo)).not_to_contain_text("Черновик")  # this tab has it in the box
    await ana.opens_conversation("Ben")
    await expect(ana.page.locator(with_cleo)).to_contain_text(draft)
    await ana.page.reload()
    await expect(ana.page.locator(with_cleo)).to_contain_text(draft)
    await ana.opens_conversation("Cleo")
    await ana.writes("a whole one")
    for screen in (ana, tab):
        await expect(screen.page.locator(with_cleo)).not_to_contain_text("Черновик")
        await expect(screen.page.locator(with_cleo)).to_contain_text("a whole one")
