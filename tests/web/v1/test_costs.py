"""What a call costs: round trips to PostgreSQL, counted."""

from collections import Counter
from typing import Any
from uuid import uuid4

from chatserver.config.settings import Config
from tests.support.counting import commands, without_background
from tests.support.database import change_message
from tests.support.people import Person
from tests.support.programs import Program


async def test_every_call_costs_a_few_round_trips(
    shop: Program, chat: int, ana: Person, ben: Person, cleo: Person, config: Config, queries: Counter[str]
) -> None:
    await cleo.writes_to(ben)
    many = [{"sub": f"p-{number}", "name": "Cleo"} for number in range(1000)]
    await shop.post("users", {"users": many})
    change_message(str(config.database_url), chat, 1, text="Hi")
    message = {"sender": "ana-1", "text": "Hello", "client_id": str(uuid4())}
    another = message | {"client_id": str(uuid4())}
    calls: list[tuple[str, str, Any, dict[str, int]]] = [
        ("POST", f"threads/{chat}/messages", message, {"people_of_site": 1, "store_message": 1}),
        ("POST", f"threads/{chat}/messages", another, {"store_message": 1}),
        ("POST", f"threads/{chat}/read", {"user": "ben-2", "seq": 2}, {"people_of_site": 1, "mark_read": 1}),
        ("GET", f"threads/{chat}", None, {"site_threads": 1}),
        ("GET", f"threads/{chat}/messages", None, {"site_messages": 1, "states_for_site": 1}),
        ("GET", f"threads/{chat}/messages?after=1", None, {"site_messages": 1}),
        ("GET", f"threads/{chat}/changes", None, {"site_changes": 1, "states_for_site": 1}),
        ("GET", f"threads/{chat}/changes?after=1", None, {"site_changes": 1}),
        ("POST", "pairs", {"people": ["ana-1", "ben-2"]}, {"people_of_site": 1, "site_pair": 1, "site_threads": 1}),
        ("POST", "pairs", {"people": ["ana-1", "p-1"]}, {"people_of_site": 1, "site_pair": 1, "site_threads": 1}),
        ("GET", "users/ben-2", None, {"people_of_site": 1}),
        ("GET", "users/ben-2/threads", None, {"people_of_site": 1, "site_threads_of": 1, "site_threads": 1}),
        ("POST", "unread", {"users": [person["sub"] for person in many]}, {"unread_of_people": 1}),
        ("PUT", "users/ana-1", {}, {"people_of_site": 1}),
        ("POST", "users", {"users": many}, {"people_of_site": 1}),
    ]
    for method, path, body, expected in calls:
        before = await commands(config)
        queries.clear()
        assert (await shop.call(method, path, body)).status == 200
        assert without_background(queries) == expected, path
        assert (await commands(config) - before)["getex"] == 0, "a session was looked up"


async def test_a_thousand_new_people_cost_a_few_round_trips(shop: Program, queries: Counter[str]) -> None:
    for people in (
        [{"sub": f"n-{number}", "name": f"Person {number}"} for number in range(1000)],
        [{"sub": f"x-{number}"} for number in range(1000)],
    ):
        queries.clear()
        assert (await shop.post("users", {"users": people})).status == 200
        assert sum(without_background(queries).values()) <= 9, queries
