"""Signing up under a name."""

from yarl import URL

from tests.support.people import PASSWORD, Person

TAKEN = (409, "This name is taken. Choose another.")


async def tries(person: Person, name: str) -> tuple[int, str]:
    answer = await person.post("/messages/sign-up/", username=name, password=PASSWORD)
    return answer.status, answer.alert


async def found(person: Person, typed: str) -> list[str]:
    return list((await person.json(str(URL("/messages/people").with_query(name=typed))))["people"])
