"""Attempts to sign in."""

from yarl import URL

from tests.support.people import Answer, Person


async def tries(url: URL, name: str, password: str = "not this one") -> Answer:
    """Tries once, in a browser where nobody has signed in before."""
    async with Person(url, name) as somebody:
        return await somebody.sign_in(password)
