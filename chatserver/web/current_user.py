"""The user of a request: finds the user, begins a browser's session and renews its token."""

from aiohttp import web
from yarl import URL

from chatserver.accounts.accounts import User, VerifiedUser
from chatserver.accounts.revocation import close_sockets, pass_on_subscription
from chatserver.bus.events import SessionRenewed
from chatserver.errors import ChatError
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, PUBLISHER, SESSIONS
from chatserver.web.bodies import typed_text
from chatserver.web.device_cookie import remember_device
from chatserver.web.framing import is_framed
from chatserver.web.sessions import find_user

SIGN_IN, SITE_SIGN_IN, SIGNED_OUT = "/messages/sign-in/", "/messages/sso/start", "/messages/signed-out/"
CHATS = "/messages/"


async def require_user(request: web.Request) -> User:
    """Returns the signed-in user; redirects anybody else to the sign-in page, which leads back.

    Raises ChatError `not_signed_in` in a frame, from which nothing leads to another page, and, where only the site
    signs in, for a form with a text, whose page keeps it.
    """
    user = await find_user(request)
    if user is None:
        if is_framed(request):
            raise ChatError("not_signed_in")
        if request.app[CONFIG].sso_only and request.method == "POST" and await typed_text(request):
            raise ChatError("not_signed_in")
        raise web.HTTPSeeOther(sign_in_address(request, request.path_qs if request.method == "GET" else CHATS))
    return user


def sign_in_address(request: web.Request, back: str) -> URL:
    """Returns the address where one signs in and is led to `back`: the site's, if it alone signs people in."""
    if request.app[CONFIG].sso_only:
        return start_address(back)
    return URL(SIGN_IN).with_query({"next": back} if back != CHATS else {})


def start_address(target: str) -> URL:
    """Returns the address that leads to the site's sign-in, and from there back to `target`."""
    return URL(SITE_SIGN_IN).with_query({"next": target} if target != CHATS else {})


def refuse_passwords(request: web.Request) -> None:
    """Raises ChatError `sso_only` where only the site signs people in."""
    if request.app[CONFIG].sso_only:
        raise ChatError("sso_only")


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
    await pass_on_subscription(request.app[DB], checked.user, begun.old_key, begun.key)
    response = web.Response(status=303, headers={"Location": str(URL(target, encoded=True))})
    remember_device(request, response, checked.user.name)
    return response


async def renew_session(request: web.Request, user: User) -> str:
    """Gives this browser a new token and returns its key. Open pages stay connected. Raises Unavailable."""
    begun = await request.app[SESSIONS].begin(request, user)
    await pass_on_subscription(request.app[DB], user, begun.old_key, begun.key)
    request.app[PUBLISHER].publish([user.id], SessionRenewed(begun.old_key, begun.key))
    close_sockets(request.app[PUBLISHER], user, begun.ended)
    return begun.key
