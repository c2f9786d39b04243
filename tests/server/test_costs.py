"""The cost of a page, a message and a socket: counted, never timed."""

import asyncio
import gc
import sys
import tracemalloc
from collections import Counter

from redis.asyncio import Redis
from yarl import URL

from chatserver.config.settings import Config
from chatserver.telemetry.metrics import REGISTRY
from tests.support.changing import changing
from tests.support.counting import commands, without_background
from tests.support.database import holds
from tests.support.people import Person
from tests.support.servers import Serve
from tests.support.tokens import SETTINGS, enters, posts, token_for

SOCKETS = 50
BYTES_A_SOCKET = 21_000  # of Python objects; about 18,000 on Python 3.11, including a part of the client


async def test_a_page_costs_one_redis_command_and_one_query_for_each_thing_it_shows(
    ana: Person, ben: Person, cleo: Person, config: Config, serve: Serve, queries: Counter[str]
) -> None:
    url = await serve(port=0, repair_interval=0, origins=(str(ana.url.origin()),))  # this server has no sockets
    thread, much = await ana.writes_to(ben), await cleo.writes_to(ana)
    await asyncio.gather(*(at_cleo.sends(much) for at_cleo in [await cleo.socket()] for _ in range(150)))
    await holds(str(config.database_url), f"select 1 from threads where id = {much} and last_seq = 151")
    async with Person(url, "Ana") as here:
        here.http.cookie_jar.update_cookies({"chat_session": ana.session.value}, url)
        chat = f"/messages/chat/{thread}/"
        for path, part, expected in [
            ("/messages/", "", {"conversations": 1}),
            ("/messages/?list=all", "", {"conversations": 1}),
            ("/messages/", "main", {}),
            (chat, "", {"threads_for": 1, "messages_before": 1, "conversations": 1}),
            (chat, "main", {"threads_for": 1, "messages_before": 1}),
            (f"{chat}?at=1", "main", {"threads_for": 1, "messages_after": 1}),
            (f"/messages/chat/{much}/", "", {"threads_for": 1, "messages_after": 1, "conversations": 1}),
        ]:
            before = await commands(config)
            queries.clear()
            assert (await here.get(path, headers={"Chat-Part": part})).status == 200
            asked = await commands(config) - before
            assert without_background(queries) == expected
            assert asked["getex"] == 1
            assert asked["eval"] == 0


async def test_a_sign_in_by_a_token_costs_one_round_trip_to_each_server(
    config: Config, serve: Serve, queries: Counter[str]
) -> None:
    async with Person(await serve(**SETTINGS, repair_interval=0), "Ana") as ana:
        await enters(ana, "7")
        token = token_for(ana, "7", name=ana.name)
        ana.http.cookie_jar.clear()
        before = await commands(config)
        queries.clear()
        assert (await posts(ana, token)).status == 303
        asked = await commands(config) - before
    assert without_background(queries) == {"people_of_site": 1}
    assert (asked["eval"], asked["get"], asked["getex"]) == (1, 1, 0)  # the script itself gets the last end


async def test_many_messages_cost_a_few_round_trips_and_one_publish_a_batch(
    ana: Person, ben: Person, queries: Counter[str]
) -> None:
    thread = await ana.writes_to(ben)
    at_ana, at_ben = await ana.socket(), await ben.socket()
    before = published()
    queries.clear()
    ids = [await at_ana.sends(thread, f"number {number}") for number in range(200)]
    for _ in ids:
        await at_ben.receives("message")
    commits = queries["store_message"] + queries["store_messages"]
    assert commits <= 20
    assert published() - before <= commits


async def test_many_changes_cost_a_few_round_trips_and_at_most_one_publish_a_batch(
    ana: Person, ben: Person, config: Config, queries: Counter[str]
) -> None:
    thread, numbers = await ana.writes_to(ben), range(1, 201)
    at_ben = await ben.socket()
    async with changing(config) as there:
        await asyncio.gather(*(there.sends(ana, thread, f"number {number}") for number in numbers))
        for _ in numbers:
            await at_ben.receives("message")
        before = published()
        queries.clear()
        await asyncio.gather(*(there.edits(ana, thread, number, f"edited {number}") for number in numbers))
    for _ in numbers:
        await at_ben.receives("changed")
    assert queries["store_changes"] <= 4
    assert published() - before <= queries["store_changes"]


async def test_a_page_loads_the_states_of_its_messages_with_one_query(
    ana: Person, ben: Person, config: Config, queries: Counter[str]
) -> None:
    thread = await ana.writes_to(ben)
    async with changing(config) as there:
        await asyncio.gather(*(there.sends(ana, thread, f"number {number}") for number in range(2, 101)))
        await asyncio.gather(*(there.reacts(ben, thread, number, "👍") for number in range(1, 51)))
    queries.clear()
    page = await ben.json(f"/messages/chat/{thread}/history")
    assert sum("reactions" in message for message in page["messages"]) == 50
    asked = without_background(queries)
    assert asked == {"membership": 1, "messages_before": 1, "message_states": 1, "notes_between": 1}


def published() -> float:
    """Returns how often this process has published, whatever the number of events."""
    return REGISTRY.get_sample_value("chatserver_publish_seconds_count") or 0


async def test_all_sockets_of_a_process_share_one_subscriber(ana: Person, ben: Person, config: Config) -> None:
    sockets = [await person.socket() for person in (ana, ben) for _ in range(10)]
    async with Redis.from_url(str(config.redis_url)) as redis:
        clients = [client for client in await redis.client_list() if int(client["sub"]) > 0]
        channels = await redis.pubsub_channels(f"{config.redis_prefix}*")
    assert len(sockets) == 20
    assert sum(int(client["sub"]) for client in clients) == len(channels) == 2


async def test_an_idle_socket_keeps_few_bytes_and_none_of_its_long_handshake(url: URL) -> None:
    async with Person(url, "Ana", headers={"X-Long": "x" * 4000}) as ana:
        await ana.sign_up()
        kept = await kept_by_sockets(ana)
    assert kept / SOCKETS < BYTES_A_SOCKET, f"{kept / SOCKETS:.0f} bytes on Python {sys.version}"


async def kept_by_sockets(ana: Person) -> int:
    """Returns the bytes; both ends are in this process, and what the client's modules allocated is not counted."""
    first = await ana.socket()
    await first.says("ping")
    await first.next()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        sockets = [await ana.socket() for _ in range(SOCKETS)]
        await asyncio.gather(*(socket.says("ping") for socket in sockets))
        await asyncio.gather(*(socket.next() for socket in sockets))
        gc.collect()
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    of_the_client = ("aiohttp/client", "aiohttp/connector", "tests/support/people")
    return sum(
        line.size_diff
        for line in after.compare_to(before, "lineno")
        if not any(part in line.traceback[0].filename for part in of_the_client)
    )
