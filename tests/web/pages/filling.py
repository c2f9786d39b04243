"""Many messages and conversations, by SQL."""

from chatserver.config.settings import Config
from tests.support.database import execute
from tests.support.people import Person


def write_to(person: Person, people: int, config: Config) -> None:
    """Adds `people` users who each wrote one message to a person; "Person 1" was the last."""
    assert config.database_url is not None
    execute(
        config.database_url,
        f"""
        with people as (
            insert into users (name, name_key, password_hash)
            select 'Person ' || n, 'person ' || n, '!' from generate_series(1, {people}) n
            returning id, split_part(name, ' ', 2)::int as n
        ), made as (
            insert into threads (pair_low, pair_high, last_seq, last_message_at)
            select {person.id}, id, 1, now() - n * interval '1 minute' from people
            returning id, pair_high
        ), joined as (
            insert into participants (thread_id, user_id, read_seq, sent)
            select id, {person.id}, 0, 0 from made union all select id, pair_high, 1, 1 from made
        )
        insert into messages select id, 1, pair_high, gen_random_uuid(), 'Hello', now() from made
        """,
    )


def fill(config: Config, thread: int, sender: Person, total: int) -> None:
    """Adds messages to the database, up to a total."""
    assert config.database_url is not None
    execute(
        config.database_url,
        f"insert into messages select {thread}, n, {sender.id}, gen_random_uuid(), 'number ' || n, now()"
        f" from generate_series(2, {total}) n; update threads set last_seq = {total} where id = {thread};"
        f" update participants set sent = {total} where thread_id = {thread} and user_id = {sender.id}",
    )
