"""Somebody with many threads, of which only the newest messages of each are looked into first."""

import pytest

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person
from tests.support.searching import asks, is_indexed
from tests.support.servers import Serve

PAGES = 6
MANY = """
insert into threads (last_seq, last_message_at)
select case n when 1 then 100 else 2 end, '2026-01-01'::timestamptz - n * interval '1 minute'
from generate_series(1, 70) n;
insert into participants (thread_id, user_id) select id, {user} from threads;
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
select id, n, {user}, gen_random_uuid(), 'every word ' || n,
       last_message_at - (last_seq - n) * case last_seq when 100 then interval '1 second' else interval '1 hour' end
from threads, generate_series(1, last_seq) n;"""


@pytest.mark.parametrize("query", ["ev", "every word"])
async def test_a_lively_thread_among_many_is_found_whole_before_the_others(
    ana: Person, config: Config, query: str
) -> None:
    url = str(config.database_url)
    execute(url, MANY.format(user=ana.id))
    await is_indexed(config)
    found: list[tuple[int, int]] = []
    cursor = ""
    for _ in range(PAGES):
        _, answer = await asks(ana, q=query, cursor=cursor)
        found += [(hit["thread"], hit["seq"]) for hit in answer["results"]]
        cursor = answer["next"]
    newest_first = "select thread_id, seq from messages order by sent_at desc, thread_id desc"
    assert found == execute(url, newest_first)[: len(found)]
    assert len(found) == 20 * (PAGES)


MOSTLY_NEW = """
insert into threads (last_seq, last_message_at)
select 36, '2026-01-01'::timestamptz - n * interval '1 minute' from generate_series(1, 85) n;
insert into participants (thread_id, user_id) select id, {user} from threads;
insert into messages (thread_id, seq, sender_id, client_id, text, sent_at)
select id, n, {user}, gen_random_uuid(), case when n > 4 then 'new ' else '' end || 'word',
       last_message_at - (36 - n) ^ 2 * interval '1 minute'
from threads, generate_series(1, 36) n;"""


async def test_old_messages_without_a_word_are_found_behind_thousands_with_it(serve: Serve, config: Config) -> None:
    url = str(config.database_url)
    async with Person(await serve(searches_a_minute=0), "Ana") as ana:
        await ana.sign_up()
        execute(url, MOSTLY_NEW.format(user=ana.id))
        await is_indexed(config)
        found: list[tuple[int, int]] = []
        cursor: str | None = ""
        while cursor is not None:
            _, answer = await asks(ana, q="word -new", cursor=cursor)
            found += [(hit["thread"], hit["seq"]) for hit in answer["results"]]
            cursor = answer["next"]
    old = "select thread_id, seq from messages where text = 'word' order by sent_at desc, thread_id desc, seq desc"
    assert found == execute(url, old)
