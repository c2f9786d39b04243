"""The user of a request: who they are, and how a browser's session begins and goes on under another key."""

from typing import NoReturn

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import User, VerifiedUser
from chatserver.accounts.revocation import close_sockets
from chatserver.bus.events import SessionRenewed
from chatserver.errors import ChatError
from chatserver.web.app_keys import ACCOUNTS, PUBLISHER, SESSIONS
from chatserver.web.device_cookie import remember_device
from chatserver.web.sessions import find_user

SIGN_IN = "/messages/sign-in/"


async def require_user(request: web.Request) -> User:
    """The person signed in; everyone else is sent to sign in and then back."""
    user = await find_user(request)
    if user is None:
        _to_sign_in(request)
    return user


def _to_sign_in(request: web.Request) -> NoReturn:
    back = request.path_qs if request.method == "GET" else "/messages/"
    raise web.HTTPSeeOther(URL(SIGN_IN).with_query({"next": back} if back != "/messages/" else {}))


async def begin_session(request: web.Request, checked: VerifiedUser, target: str) -> web.Response:
    """Signs in and leads on. The browser's old session ends, and its sockets: its pages must not go on as another's.

    Raises ChatError `wrong_password` when the password was changed, or the account disabled, since it was checked.
    """
    former = await find_user(request)
    sessions = request.app[SESSIONS]
    begun = await sessions.begin(request, checked.user)
    if former is not None:
        close_sockets(request.app[PUBLISHER], former, [begun.old_key])
    close_sockets(request.app[PUBLISHER], checked.user, begun.ended)
    if not await request.app[ACCOUNTS].still_holds(checked):
        await sessions.session_index.end(checked.user.id, [begun.key])
        raise ChatError("wrong_password")
    response = web.Response(status=303, headers={"Location": str(URL(target, encoded=True))})
    remember_device(request, response, checked.user.name)
    return response


async def renew_session(request: web.Request, user: User) -> str:
    """Another token for this browser, whose open pages go on; returns its key. Raises Unavailable."""
    begun = await request.app[SESSIONS].begin(request, user)
    request.app[PUBLISHER].publish([user.id], SessionRenewed(begun.old_key, begun.key))
    close_sockets(request.app[PUBLISHER], user, begun.ended)
    return begun.key
