"""The search page, and the same results as JSON."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from aiohttp import web

from chatserver.accounts.accounts import User
from chatserver.conversations.access import ThreadRequest, enter, parse_thread_id
from chatserver.conversations.messages import as_frame
from chatserver.errors import ChatError
from chatserver.search.cursor import Cursor, CursorSigner
from chatserver.search.finding import FIRST_MOMENT, LAST_MOMENT, Scope
from chatserver.search.searching import Result, Results, Search
from chatserver.search.terms import Term, read_terms
from chatserver.search.titles import Title, threads_by_title
from chatserver.telemetry.metrics import SEARCH_TIME, count_refusal
from chatserver.web.app_keys import ACCOUNTS, CONFIG, DB, LOGIN_LIMITS
from chatserver.web.bodies import accepts_json
from chatserver.web.current_user import require_user
from chatserver.web.forms import Form
from chatserver.web.pages.conversations import list_beside
from chatserver.web.pages.preferences import choices_of
from chatserver.web.rendering.formatting import plain
from chatserver.web.rendering.pages import render, with_retry
from chatserver.web.rendering.timezones import beginning_of, viewers_zone
from chatserver.web.sessions import find_user

FIELDS = ("q", "thread", "from", "since", "until")


class Asked(NamedTuple):
    """A search as it was asked for: where, for what, and from which place of its results on."""

    scope: Scope
    terms: list[Term]
    cursor: Cursor


async def search(request: web.Request) -> web.Response:
    """Answers with the messages that match `q`, as a page or as JSON."""
    if accepts_json(request):
        user = await find_user(request)
        if user is None:
            raise ChatError("not_signed_in")
        return _as_json(request, user, *await _find(request, user))
    user = await require_user(request)
    try:
        results, chats = await _find(request, user)
    except ChatError as error:
        count_refusal(error.code)
        return await _page(request, user, Results([], None, complete=True), [], error)
    return await _page(request, user, results, chats)


async def _find(request: web.Request, user: User) -> tuple[Results, list[Title]]:
    """Returns a page of results and, on the first one, chats by their titles. Raises ChatError."""
    if not request.query.get("q"):
        return Results([], None, complete=True), []
    asked = await _asked(request, user)
    with SEARCH_TIME.time():
        results = await Search(request.app[DB], request.app[CONFIG], *asked, plain=plain).page()
    is_first = asked.scope.thread_id is None and asked.cursor == Cursor()
    typed = request.query["q"] if is_first else ""
    return results, await threads_by_title(request.app[DB], user.id, typed)


async def _asked(request: web.Request, user: User) -> Asked:
    """Reads the query string. Raises ChatError.

    In this order: `bad_frame`, `too_many`, `too_long` or `bad_text`, `no_such_thread`, `no_such_user`.
    """
    query = request.query
    thread = query.get("thread", "")
    if thread and not (thread.isascii() and thread.isdigit()):
        raise ChatError("bad_frame")
    since, until = _moment(request, "since"), _moment(request, "until", days=1)
    cursor = _signer(request, user).read(query.get("cursor", ""))
    await request.app[LOGIN_LIMITS].search(user)
    typed = read_terms(query["q"])
    thread_id = None
    if thread:
        thread_id = (await enter(request.app[DB], ThreadRequest(parse_thread_id(thread), user.id))).thread_id
    sender = typed.sender or query.get("from", "")
    sender_id = (await request.app[ACCOUNTS].find(sender)).id if sender else None
    scope = Scope(user.id, thread_id, sender_id, since or FIRST_MOMENT, until or LAST_MOMENT)
    return Asked(scope, typed.terms, cursor)


def _moment(request: web.Request, name: str, days: int = 0) -> datetime | None:
    """Returns when a day of the query string begins in the user's zone, or so many days later; None without one.

    Raises ChatError `bad_frame`.
    """
    raw = request.query.get(name, "")
    if not raw:
        return None
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise ChatError("bad_frame") from None
    if date.max - day < timedelta(days=days):
        return LAST_MOMENT
    day += timedelta(days=days)
    return beginning_of(day.isoformat(), viewers_zone(choices_of(request)))


def _signer(request: web.Request, user: User) -> CursorSigner:
    fields = [request.query.get(name, "") for name in FIELDS]
    return CursorSigner(request.app[CONFIG].secret_keys, user.id, fields)


def _as_json(request: web.Request, user: User, results: Results, chats: list[Title]) -> web.Response:
    return web.json_response(
        {
            "results": [_entry(result) for result in results.results],
            "next": _signer(request, user).write(results.next) if results.next else None,
            "complete": results.complete,
            "chats": [{"thread": chat.thread_id, "title": str(chat)} for chat in chats],
        }
    )


def _entry(result: Result) -> dict[str, Any]:
    snippet = [{"match": piece.text} if piece.is_match else piece.text for piece in result.snippet]
    return as_frame(result.message) | {"title": str(result.title), "snippet": snippet, "by": result.kind or None}


async def _page(
    request: web.Request, user: User, results: Results, chats: list[Title], refused: ChatError | None = None
) -> web.Response:
    fields = {name: request.query.get(name, "") for name in FIELDS}
    following = None
    if results.next:
        given = {name: value for name, value in fields.items() if value}
        following = request.rel_url.with_query(given | {"cursor": _signer(request, user).write(results.next)})
    response = await render(
        request,
        "search.html",
        status=refused.status if refused else 200,
        form=Form(),
        fields=fields,
        results=results.results,
        following=following,
        complete=results.complete,
        chats=chats,
        refused=refused,
        path=request.path_qs,
        **await list_beside(request, user),
    )
    return with_retry(response, refused) if refused else response
