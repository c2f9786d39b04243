"""Plans of statements, which each connection keeps from their first use on."""

from contextlib import closing

import psycopg2

from chatserver.database.queries import load_queries

SETTINGS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"  # as those of chatserver/database/client.py
NOBODY = "00000000-0000-0000-0000-000000000000"
ONE_MESSAGE = {
    "thread_ids": [1], "sender_ids": [1], "client_ids": [NOBODY], "texts": ["Hello"], "replies": [None],
    "files": [None], "all_files": [],
}  # fmt: skip


def test_a_batch_planned_while_there_were_no_messages_finds_repeats_by_the_index(database_url: str) -> None:
    query = load_queries()["store_messages"]
    with closing(psycopg2.connect(database_url, options=SETTINGS)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("truncate messages cascade")
        cursor.execute("vacuum analyze messages")  # it is known to be empty
        cursor.execute(query.prepare)
        store = cursor.mogrify(query.call, ONE_MESSAGE).decode().rstrip("; \n").rpartition(";")[2]
        cursor.execute(f"explain {store}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: ((sender_id = b.sender_id) AND (client_id = b.client_id))" in plan
