"""People in the API: by the subjects that the site gave them, never by our ids or names."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from chatserver.errors import ChatError
from chatserver.frames import as_time
from chatserver.sso.people import Person, find_people
from chatserver.sso.subjects import clean_sub
from chatserver.web.app_keys import CONFIG, DB, PEOPLE
from chatserver.web.v1.bodies import Misplaced


def sub_of(request: web.Request) -> str:
    """Returns the subject in the path. Raises ChatError `bad_sub`."""
    return clean_sub(request.match_info["sub"])


async def find(request: web.Request, sub: str) -> Person:
    """Returns a person; calls at the same time share a query. Raises ChatError `no_such_user`."""
    person = await request.app[PEOPLE].submit(sub)
    if person is None:
        raise ChatError("no_such_user")
    return person


async def find_all(request: web.Request, subs: Sequence[str]) -> list[Person]:
    """Returns people, in this order. Raises ChatError `no_such_user` with the place of the first who is not known."""
    found = await find_people(request.app[DB], request.app[CONFIG].sso_issuer, subs)
    people = []
    for at, person in enumerate(found):
        if person is None:
            raise Misplaced(ChatError("no_such_user"), at)
        people.append(person)
    return people


def as_answer(person: Person) -> dict[str, Any]:
    """Returns a person as calls answer with them."""
    return {
        "id": person.user_id,
        "sub": person.subject,
        "name": person.name,
        "full_name": person.full_name,
        "disabled": person.disabled,
        "created_at": as_time(person.created_at),
    }
