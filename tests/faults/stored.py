"""The stored messages, read from the database."""

from contextlib import closing
from typing import NamedTuple

import psycopg2

from tests.faults.change_requests import EMOJI
from tests.support.screens import Reactions, State


class Stored(NamedTuple):
    """A message as it is stored."""

    thread: int
    seq: int
    id: str
    state: State


def stored(database_url: str) -> list[Stored]:
    """Every message, by thread and number."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            """select m.thread_id, m.seq, m.client_id::text, m.text, coalesce(c.change, 0), c.edited_at is not null,
                c.deleted_at is not null, r.reactions
            from messages m
            left join changed_messages c using (thread_id, seq)
            left join lateral (
                select json_object_agg(emoji, ids) as reactions
                from (
                    select emoji, array_agg(user_id order by change) as ids from reactions
                    where thread_id = m.thread_id and seq = m.seq group by emoji
                ) g
            ) r on true
            order by 1, 2"""
        )
        return [
            Stored(thread, seq, id, State(change, text, edited, deleted, _in_order(reactions or {})))
            for thread, seq, id, text, change, edited, deleted, reactions in cursor.fetchall()
        ]


def _in_order(reactions: dict[str, list[int]]) -> Reactions:
    return tuple((emoji, tuple(reactions[emoji])) for emoji in sorted(reactions, key=EMOJI.index))
