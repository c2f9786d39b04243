"""The user of a request: finds the user, begins a browser's session and renews its token."""

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
    """Returns the signed-in user; redirects anybody else to the sign-in page, which leads back."""
    user = await find_user(request)
    if user is None:
        _to_sign_in(request)
    return user


def _to_sign_in(request: web.Request) -> NoReturn:
    back = request.path_qs if request.method == "GET" else "/messages/"
    raise web.HTTPSeeOther(URL(SIGN_IN).with_query({"next": back} if back != "/messages/" else {}))


async def begin_session(request: web.Request, checked: VerifiedUser, target: str) -> web.Response:
    """Signs a user in and redirects to `target`. Ends the browser's old session, maybe another user's, and its sockets.

    Raises ChatError `wrong_password` if the password was changed or the account disabled after the check.
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
    """Gives this browser a new token and returns its key. Open pages stay connected. Raises Unavailable."""
    begun = await request.app[SESSIONS].begin(request, user)
    request.app[PUBLISHER].publish([user.id], SessionRenewed(begun.old_key, begun.key))
    close_sockets(request.app[PUBLISHER], user, begun.ended)
    return begun.key
