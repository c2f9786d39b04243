"""From a first sign-up to a conversation that survives the server's death."""

import asyncio
from contextlib import closing

import psycopg2

from tests.browser.site import Opens, Site
from tests.support.database import execute


async def test_ana_and_ben_talk_and_miss_nothing_when_the_server_dies(mortal_site: Site, person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.signs_up()
    await ben.signs_up()
    await ana.sees("No chats yet")

    await ana.writes_to("ben", "Hello Ben!")  # names are case-insensitive
    await ben.opens_conversation("Ana")
    await ben.sees_messages("Hello Ben!")
    await ben.writes("Hello Ana!")
    await ana.sees_messages("Hello Ben!", "Hello Ana!")
    await ana.sees_counts("2 messages (1 received, 1 sent)")

    await mortal_site.kill()
    await ana.writes("Are you still there?")
    await ana.sees_pending(1)
    await ana.sees("Connection lost. Reconnecting…")
    await ben.writes("I am writing too")
    await ben.sees_pending(1)

    await mortal_site.start()
    for screen in (ana, ben):
        await screen.sees_pending(0)
    shown = await ana.messages.all_text_contents()
    assert shown[:2] == ["Hello Ben!", "Hello Ana!"]
    assert sorted(shown[2:]) == ["Are you still there?", "I am writing too"]
    await ben.sees_messages(*shown)
    await ana.writes("Nothing is missing")
    await ben.sees_messages(*shown, "Nothing is missing")
    await ben.page.reload()
    await ben.sees_messages(*shown, "Nothing is missing")
    await ben.sees_counts("5 messages (3 received, 2 sent)")


async def test_a_message_written_while_the_server_is_down_survives_a_reload_and_is_stored_once(
    mortal_site: Site, person: Opens
) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    thread = await ana.writes_to("Ben", "Hello")
    await mortal_site.stop()
    await ana.writes("written offline")
    await ana.sees_pending(1)
    await mortal_site.start()
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.sees_messages("Hello", "written offline")
    await ana.sees_pending(0)
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ben.sees_messages("Hello", "written offline")


async def test_missed_messages_are_requested_again_after_postgresql_failed(
    mortal_site: Site, person: Opens, database_url: str
) -> None:
    await mortal_site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "Hello")
    await ana.page.context.set_offline(True)
    await mortal_site.stop()
    await mortal_site.start()
    execute(
        database_url,
        "insert into messages select 1, 2, id, gen_random_uuid(), 'missed', now() from users where name = 'Ben';"
        " update threads set last_seq = 2",
    )
    with closing(psycopg2.connect(database_url)) as holding_up:
        holding_up.cursor().execute("lock table participants in access exclusive mode")
        refused = asyncio.create_task(ana.hears("unavailable"))
        await ana.page.context.set_offline(False)
        await refused
    await ana.sees_messages("Hello", "missed")


async def test_anas_unsent_message_is_never_sent_as_bens_and_is_sent_when_she_is_back(
    mortal_site: Site, person: Opens, database_url: str
) -> None:
    await mortal_site.has("Ana", "Ben")
    ana = await person("Ana")
    await ana.signs_in()
    thread = await ana.writes_to("Ben", "Hello")
    await mortal_site.stop()
    await ana.writes("left unsent")
    await ana.sees_pending(1)
    await ana.page.goto("about:blank")
    await mortal_site.start()
    ben = ana.at_the_same_browser("Ben")
    await ben.signs_in()
    await ben.opens_conversation("Ana")
    await ben.writes("from Ben")
    await ben.sees_pending(0)
    stored = execute(database_url, "select text from messages order by seq")
    assert [text for (text,) in stored] == ["Hello", "from Ben"]
    await ben.chooses("Sign out")
    await ana.signs_in()
    await ana.goes_to(f"/messages/chat/{thread}/")
    await ana.sees_messages("Hello", "from Ben", "left unsent")
    await ana.sees_pending(0)


async def test_anas_two_tabs_agree_and_show_her_message_once(site: Site, person: Opens) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    thread = await ana.writes_to("Ben", "Hello")
    other_tab = await ana.another_tab()
    await other_tab.goes_to(f"/messages/chat/{thread}/")
    await ana.writes("from the first tab")
    await other_tab.writes("from the second")
    for tab in (ana, other_tab):
        await tab.sees_messages("Hello", "from the first tab", "from the second")
        await tab.sees_pending(0)


HEARS_LATE = """() => {
  const me = JSON.parse(document.body.dataset.me);
  const { thread } = JSON.parse(document.getElementById('main').dataset.chat);
  const { id } = document.querySelector('#messages > .message:last-child').dataset;
  const newValue = JSON.stringify({ id, thread: thread.id, text: 'sent elsewhere', order: 1, state: 'waiting' });
  dispatchEvent(new StorageEvent('storage', { key: `chatserver.outbox.${me.id}.${id}`, newValue }));
}"""


async def test_another_tabs_message_is_shown_once_when_its_events_arrive_out_of_order(
    site: Site, person: Opens
) -> None:
    await site.has("Ben")
    ana = await person("Ana")
    await ana.joins()
    await ana.writes_to("Ben", "sent elsewhere")
    await ana.page.evaluate(HEARS_LATE)
    await ana.sees_messages("sent elsewhere")
    await ana.sees_pending(0)
