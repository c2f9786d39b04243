"""Sign-in by another site's token: the way there, and the way back."""

import logging

from aiohttp import web
from yarl import URL

from chatserver.config.sso_settings import token_origins
from chatserver.config.urls import read_origin
from chatserver.errors import ChatError
from chatserver.sso.tokens import BadToken, unverified_claims
from chatserver.telemetry.metrics import count_refusal
from chatserver.web.app_keys import CONFIG, LOGIN_LIMITS, SESSIONS, TOKEN_VERIFIER
from chatserver.web.bodies import accepts_json
from chatserver.web.client_address import client_address, client_network
from chatserver.web.current_user import CHATS, start_address
from chatserver.web.forms import Form, read_form, safe_next
from chatserver.web.framing import is_framed
from chatserver.web.pages.preferences import follow_site
from chatserver.web.rendering.pages import render_bare, with_retry
from chatserver.web.sso_nonce import fits_nonce, give_nonce
from chatserver.web.token_sign_in import enter

log = logging.getLogger(__name__)

SAME_SITE = {"same-origin", "same-site"}


async def start(request: web.Request) -> web.Response:
    """Leads to the site's page that makes a token, with a nonce for this browser and the page to come back to.

    Raises ChatError `wrong_origin` in a frame: the site's pages would be framed with it.
    """
    config = request.app[CONFIG]
    if not config.sso_url:
        raise web.HTTPNotFound
    if is_framed(request):
        raise ChatError("wrong_origin")
    response = web.Response(status=303)
    values = {"nonce": give_nonce(request, response), "next": _target(request.query.get("next", ""))}
    response.headers["Location"] = str(URL(config.sso_url).update_query(values))
    return response


async def sign_in(request: web.Request) -> web.Response:
    """Signs in whom the token names, if this browser asked for it or a page of the site's own sent it.

    Any other form is shown again on a page of ours: a form of another site comes without our cookies.
    """
    form = await read_form(request, "token", "next", "again")
    try:
        if form["token"] and not _is_wanted(request, form):
            if not form["again"]:
                return render_bare(request, "sso_again.html", form=form)
            raise BadToken("its nonce is not of this browser, or older than half an hour")
        token = request.app[TOKEN_VERIFIER].verify(form["token"])
        entered = await enter(request, token)
    except ChatError as error:
        return await _refused(request, form, error)
    log.info("signed in by token: user %d from %s", entered.person.user_id, client_address(request))
    response = web.Response(status=303, headers={"Location": str(URL(_target(form["next"]), encoded=True))})
    if entered.cookie is not None:
        request.app[SESSIONS].set_cookie(response, entered.cookie)
    follow_site(request, response, entered.person.language)
    return response


def _is_wanted(request: web.Request, form: Form) -> bool:
    """Tells whether this browser asked for the token, or a page of the site's own sent it without being asked.

    Decided by the claims as they stand there: the token itself is verified afterwards.
    """
    claims = unverified_claims(form["token"])
    if "nonce" in claims:
        return fits_nonce(request, claims["nonce"])
    if form["again"] or request.headers.get("Sec-Fetch-Site", "same-site") not in SAME_SITE:
        return False
    config = request.app[CONFIG]
    return read_origin(request.headers.get("Origin", "")) in {*config.origins, *token_origins(config)}


async def _refused(request: web.Request, form: Form, error: ChatError) -> web.Response:
    """Counts a refused token for the address, and shows why; raises the error for a client that prefers JSON.

    Raises Unavailable.
    """
    if error.code == "unavailable":
        raise error
    rule = error.rule if isinstance(error, BadToken) else ""
    log.info("token refused from %s: %s", client_address(request), rule or error.code)
    if rule:
        try:
            await request.app[LOGIN_LIMITS].bad_token(client_network(request))
        except ChatError as too_many:
            if too_many.code == "unavailable":
                raise
            error = too_many
    if accepts_json(request):
        raise error
    count_refusal(error.code)
    context = {
        "sentence": error.sentence,
        "rule": "" if request.app[CONFIG].production else rule,
        "start": start_address(_target(form["next"])),
    }
    return with_retry(render_bare(request, "sso_refused.html", status=error.status, **context), error)


def _target(raw: str) -> str:
    """Returns the page of ours to go to, by default the conversations."""
    return safe_next(raw) if raw.startswith(CHATS) else CHATS
