"""The forms of the account page."""

from tests.support.people import Answer, Person, Socket

ACCOUNT = "/messages/account/"
NEW_PASSWORD = "one for the road"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"


async def socket_of(person: Person, site: Person) -> Socket:
    return await person.socket(str(site.url.origin()))


async def sends(person: Person, form: str, **fields: str) -> Answer:
    """Sends a form of the account page."""
    return await person.post(f"{ACCOUNT}{form}/", page=ACCOUNT, **fields)


async def is_signed_in(person: Person) -> bool:
    return (await person.get("/messages/")).status == 200
