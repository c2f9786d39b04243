"""Signs a user of another site in by a verified token: finds or creates the account, and begins or renews the session.

Without news in the token this costs one query and one call of Redis. Otherwise the token is marked as used before
anything is changed: a repeat changes nothing.
"""

import json
import time
from typing import NamedTuple

from aiohttp import web
from aiohttp_session import get_session

from chatserver.accounts.accounts import User
from chatserver.accounts.revocation import close_sockets, pass_on_subscription
from chatserver.accounts.session_index import SessionByToken
from chatserver.accounts.user_agents import browser_of
from chatserver.errors import Unavailable
from chatserver.sso.account_sync import merge
from chatserver.sso.people import Known, Person, find_known, person_of
from chatserver.sso.profiles import profile_from_claims
from chatserver.sso.tokens import BadToken, Token, check_person
from chatserver.web.app_keys import ACCOUNT_SYNC, CONFIG, DB, PUBLISHER, SESSIONS
from chatserver.web.sessions import find_user, new_token

ATTEMPTS = 3


class Entered(NamedTuple):
    """A person who is signed in; `cookie` is the token of a new session, None if the browser's own goes on."""

    person: Person
    cookie: str | None


async def enter(request: web.Request, token: Token) -> Entered:
    """Signs the token's person in. Raises BadToken, ChatError `account_disabled`, and Unavailable.

    Looks again if the person's sessions were ended in between, or the browser's own.
    """
    marked, renewing = False, True
    for _ in range(ATTEMPTS):
        person, marked = await _person(request, token, marked=marked)
        new, cookie = await _session(request, token, person, marked=marked, renewing=renewing)
        ended = await request.app[SESSIONS].session_index.begin_by_token(new)
        if isinstance(ended, list):
            if cookie is not None and request.app[SESSIONS].load_cookie(request):
                old_key = request.app[SESSIONS].key_of(request)
                await pass_on_subscription(request.app[DB], person.user, old_key, new.key)
            _close(request, person, new, ended)
            return Entered(person, cookie)
        if ended == "used":
            raise BadToken("it was used before")
        renewing = renewing and ended != "gone"
    raise Unavailable("the sessions of the same person are being ended again and again")


async def _person(request: web.Request, token: Token, *, marked: bool) -> tuple[Person, bool]:
    """Returns the person as the token says, and whether the token is marked as used by now."""
    (known,) = await find_known(request.app[DB], request.app[CONFIG].sso_issuer, [token.subject])
    check_person(token, known)
    profile, person = profile_from_claims(token.subject, token.claims), person_of(known)
    if person is not None and merge(known, profile) == known:
        return person, marked
    if not marked and not await request.app[SESSIONS].session_index.mark_token(token.id, token.seconds_left):
        raise BadToken("it was used before")
    (person,) = await request.app[ACCOUNT_SYNC].sync([profile], lambda known: check_person(token, known))
    check_person(token, Known._make(person))
    return person, True


async def _session(
    request: web.Request, token: Token, person: Person, *, marked: bool, renewing: bool
) -> tuple[SessionByToken, str | None]:
    """Returns the session to store: this browser's own if it is the person's, which keeps its cookie."""
    sessions, own, former = request.app[SESSIONS], await get_session(request), await find_user(request)
    renews = renewing and former is not None and former.id == person.user_id
    now = int(time.time())
    cookie = None if renews else new_token()
    fields = {
        "user": person.user_id,
        "name": person.name,
        "sub": person.subject,
        "began": own["began"] if renews else now,
        "token_at": now,
        "browser": browser_of(request.headers),
    }
    fields |= {"full_name": person.full_name} if person.full_name else {}
    new = SessionByToken(
        person.user_id,
        sessions.key_of(request) if cookie is None else sessions.key(cookie),
        json.dumps({"created": now, "session": fields}),
        person.ended_at,
        token.id,
        0 if marked else token.seconds_left,
        renews,
        (former.id, sessions.key_of(request)) if former is not None and not renews else None,
    )
    return new, cookie


def _close(request: web.Request, person: Person, new: SessionByToken, ended: list[str]) -> None:
    """Closes the sockets of the former person of this browser, and of sessions that ended to make room."""
    publisher = request.app[PUBLISHER]
    if new.former is not None:
        user_id, key = new.former
        close_sockets(publisher, User(user_id, ""), [key])
    close_sockets(publisher, person.user, ended)
