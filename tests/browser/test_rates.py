"""A user who writes faster than the rate limit notices nothing but a short wait."""

from dataclasses import replace

import pytest

from chatserver.config.settings import Config
from tests.browser.site import Opens

# With the first message the page sends more frames than a socket may send, so the server closes it.
FLOOD = """const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data) {
  if (data.includes('"send"') && !sessionStorage.flooded) {
    sessionStorage.flooded = 'yes';
    for (let count = 0; count < 500; count += 1) send.call(this, '{"type":"ping"}');
  }
  send.call(this, data);
};"""


@pytest.fixture
def config(config: Config) -> Config:
    return replace(config, messages_per_second=4, messages_burst=2, frames_per_second=50, frames_burst=200)


async def test_messages_written_quickly_arrive_once_and_in_order(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    thread = await ana.writes_to("Ben", "one")
    await ben.goes_to(f"/messages/chat/{thread}/")
    for text in ("two", "three", "four", "five", "six"):
        await ana.writes(text)
    for screen in (ben, ana):
        await screen.sees_messages("one", "two", "three", "four", "five", "six")
    await ana.sees_pending(0)


async def test_messages_refused_as_a_socket_closes_are_sent_on_the_next_one(person: Opens) -> None:
    ana, ben = await person("Ana"), await person("Ben")
    await ana.joins()
    await ben.joins()
    thread = await ana.writes_to("Ben", "one")
    await ben.goes_to(f"/messages/chat/{thread}/")
    await ana.page.add_init_script(FLOOD)
    await ana.page.reload()
    await ana.writes("two")
    await ana.sees("Connection lost. Reconnecting…")
    await ana.sees_pending(1)
    await ana.page.reload()  # half a minute sooner than the page would reconnect by itself
    await ana.sees_pending(0)
    for screen in (ben, ana):
        await screen.sees_messages("one", "two")
