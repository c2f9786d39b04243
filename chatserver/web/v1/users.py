"""Calls about the people of the site: who they are, their sessions, and their end."""

from collections.abc import Mapping

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.accounts.revocation import revoke
from chatserver.conversations.deletions import erase_sent
from chatserver.conversations.text_digests import TextDigests
from chatserver.errors import ChatError
from chatserver.sso.profiles import Profile, profile_from_body
from chatserver.sso.session_revocation import revoke_sessions
from chatserver.sso.subjects import clean_sub
from chatserver.web.app_keys import ACCOUNT_SYNC, ACCOUNTS, CONFIG, DB, GROUPS, PEOPLE, PUBLISHER, SESSIONS
from chatserver.web.v1 import people
from chatserver.web.v1.bodies import Misplaced, list_field, read_object
from chatserver.web.v1.door import check_scope, needs

PROFILE_FIELDS = {"name", "full_name", "email", "email_verified", "language"}


@needs("write", "admin")
async def put(request: web.Request) -> web.Response:
    """Makes or changes a person: what is left out stays, null empties. `disabled` is for the scope `admin` alone."""
    body = await read_object(request)
    disabled = body.get("disabled")
    if "disabled" in body:
        check_scope(request, "admin")
        if not isinstance(disabled, bool):
            raise ChatError("bad_frame")
    if "disabled" not in body or PROFILE_FIELDS & body.keys():
        check_scope(request, "write")
    (person,) = await request.app[ACCOUNT_SYNC].sync([profile_from_body(people.sub_of(request), body)])
    if disabled is not None:
        await _set_disabled(request, person.user, disabled)
        person = person._replace(disabled=disabled)
    return web.json_response(people.as_answer(person))


async def _set_disabled(request: web.Request, user: User, disabled: bool) -> None:
    """Forbids or allows signing in and writing. Whoever is disabled is signed out everywhere, within a second."""
    end = await request.app[ACCOUNTS].set_disabled(user, disabled)
    await request.app[GROUPS].publish_notes(end.groups)
    if disabled:
        await revoke(
            request.app[DB], request.app[SESSIONS].session_index, request.app[PUBLISHER], user, ended_at=end.ended_at
        )


@needs("write")
async def put_many(request: web.Request) -> web.Response:
    """Makes or changes people, all or none; an error says which is the first wrong one."""
    profiles = []
    for at, fields in enumerate(list_field(await read_object(request), "users")):
        try:
            profiles.append(_profile(fields))
        except ChatError as error:
            raise Misplaced(error, at) from None
    stored = await request.app[ACCOUNT_SYNC].sync(profiles) if profiles else []
    return web.json_response({"users": [people.as_answer(person) for person in stored]})


def _profile(fields: object) -> Profile:
    if not isinstance(fields, Mapping):
        raise ChatError("bad_frame")
    return profile_from_body(clean_sub(fields.get("sub")), fields)


@needs("write")
async def show(request: web.Request) -> web.Response:
    """Returns a person."""
    return web.json_response(people.as_answer(await people.find(request, people.sub_of(request))))


@needs("write")
async def sign_out(request: web.Request) -> web.Response:
    """Ends all sessions of a person, and closes their sockets within a second."""
    app = request.app
    await revoke_sessions(
        app[DB], app[SESSIONS].session_index, app[PUBLISHER], app[CONFIG].sso_issuer, people.sub_of(request)
    )
    return web.Response(status=204)


@needs("admin")
async def delete(request: web.Request) -> web.Response:
    """Deletes a person for good, with `?texts=erase` also what they have sent. Again, or for nobody: does nothing.

    Disables the account first: nobody can sign in between the end of the sessions and the deletion, and a call that
    broke off is made good by the next.
    """
    texts = request.query.get("texts")
    if texts not in {None, "erase"}:
        raise ChatError("bad_frame")
    person = await request.app[PEOPLE].submit(people.sub_of(request))
    if person is not None:
        await _set_disabled(request, person.user, True)
        if texts:
            await _erase_sent(request, person.user)
        await _delete(request, person.user)
        if texts:
            await _erase_sent(request, person.user)  # messages that were in flight when the account was disabled
    return web.Response(status=204)


async def _erase_sent(request: web.Request, user: User) -> None:
    text_digests = TextDigests(request.app[CONFIG].secret_keys)
    await erase_sent(request.app[DB], request.app[PUBLISHER], text_digests, user.id)


async def _delete(request: web.Request, user: User) -> None:
    end = await request.app[ACCOUNTS].delete(user, request.app[CONFIG].name_reservation_days)
    await request.app[GROUPS].publish_notes(end.groups)
    await revoke(
        request.app[DB], request.app[SESSIONS].session_index, request.app[PUBLISHER], user, ended_at=end.ended_at
    )
