"""Creates many users, threads, messages and sessions at once, without passwords: for tests and benchmarks."""

import secrets
from typing import Any

from chatserver.accounts.accounts import User
from chatserver.accounts.names import name_skeleton
from chatserver.accounts.passwords import NO_PASSWORD
from chatserver.database.client import Database
from chatserver.errors import CommandError
from chatserver.web.sessions import SessionStorage


class ProvisionError(CommandError):
    """The requested numbers contradict each other; one sentence."""


async def provision(
    db: Database, sessions: SessionStorage, *, users: int, threads: int, people: int, messages: int
) -> dict[str, Any]:
    """Creates users and their sessions; thread k has `people` consecutive users, from k * `people`, and `messages`.

    Raises ProvisionError.
    """
    if min(users, threads, messages) < 0:
        raise ProvisionError("The numbers of users, threads and messages must be 0 or more.")
    if people < 2 or people > max(users, 2) or (threads and users < people):
        raise ProvisionError(f"A thread of {people} people needs 2 or more, and as many users.")
    if people == 2 and threads * 2 > users:
        raise ProvisionError(f"{threads} threads of two need {threads * 2} users, since two people have one thread.")
    run = secrets.token_hex(4)
    names = [f"user-{run}-{number}" for number in range(users)]
    skeletons = [name_skeleton(name) for name in names]
    rows = await db.execute_once(
        "provision_users", User, names=names, name_skeletons=skeletons, password_hash=NO_PASSWORD
    )
    by_name = {user.name: user for user in rows}
    made = [by_name[name] for name in names]
    cookies = await sessions.begin_many(made)
    members = [[(k * people + place) % users for place in range(people)] for k in range(threads)]
    thread_ids = await _make_threads(db, [[made[index].id for index in group] for group in members], messages)
    return {
        "users": [
            {"id": user.id, "username": user.name, "cookie": cookie} for user, cookie in zip(made, cookies, strict=True)
        ],
        "threads": [{"id": id_, "members": group} for id_, group in zip(thread_ids, members, strict=True)],
    }


async def _make_threads(db: Database, groups: list[list[int]], messages: int) -> list[int]:
    if not groups:
        return []
    people = len(groups[0])
    pairs = [(group[0], group[1]) if people == 2 else (None, None) for group in groups]
    thread_ids = await db.execute_once(
        "provision_threads", int, firsts=[a for a, _ in pairs], seconds=[b for _, b in pairs]
    )
    places = {
        "thread_ids": [id_ for id_ in thread_ids for _ in range(people)],
        "user_ids": [user_id for group in groups for user_id in group],
        "places": [place for _ in groups for place in range(people)],
        "people": people,
        "messages": messages,
    }
    await db.execute_once("provision_participants", **places)
    await db.execute_once("provision_messages", **places)
    await db.execute_once("provision_last_seq", thread_ids=thread_ids, messages=messages)
    return thread_ids
