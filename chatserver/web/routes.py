"""The table of all routes of the server."""

from aiohttp import web

from chatserver.web import api, health
from chatserver.web.app_keys import SITE
from chatserver.web.pages import account as account_pages
from chatserver.web.pages import blocks as block_pages
from chatserver.web.pages import changes, sending, sign_in
from chatserver.web.pages import chat as chat_pages
from chatserver.web.pages import conversations as pages
from chatserver.web.pages import exports as export_pages
from chatserver.web.pages import password_reset as reset_pages
from chatserver.web.pages import preferences as choices
from chatserver.web.static_files import static_files

ROUTES = [
    web.get("/", pages.to_conversations, allow_head=True),
    web.get("/messages", pages.add_slash),
    web.get("/messages/", pages.conversations),
    web.get("/messages/sign-up", pages.add_slash),
    web.get("/messages/sign-up/", sign_in.sign_up_page),
    web.post("/messages/sign-up/", sign_in.sign_up),
    web.get("/messages/sign-in", pages.add_slash),
    web.get("/messages/sign-in/", sign_in.sign_in_page),
    web.post("/messages/sign-in/", sign_in.sign_in),
    web.post("/messages/sign-out/", sign_in.sign_out),
    web.get("/messages/account", pages.add_slash),
    web.get("/messages/account/", account_pages.account),
    web.post("/messages/account/password/", account_pages.change_password),
    web.post("/messages/account/sessions/", account_pages.end_sessions),
    web.post("/messages/account/privacy/", account_pages.change_privacy),
    web.post("/messages/account/zone/", account_pages.choose_zone),
    web.post("/messages/account/delete/", account_pages.delete_account),
    web.get("/messages/account/export", export_pages.progress),
    web.post("/messages/account/export/", account_pages.request_export),
    web.get("/messages/account/data.zip", export_pages.download),
    web.post("/messages/block/", block_pages.block),
    web.post("/messages/unblock/", block_pages.unblock),
    web.get("/messages/reset/{token}", pages.add_slash),
    web.get("/messages/reset/{token}/", reset_pages.reset_page),
    web.post("/messages/reset/{token}/", reset_pages.reset),
    web.post("/messages/language/", choices.choose_language),
    web.post("/messages/theme/", choices.choose_theme),
    web.post("/messages/send_message/", sending.send_to_name),
    web.get("/messages/chat/{thread}", pages.add_slash),
    web.get("/messages/chat/{thread}/", chat_pages.chat),
    web.post("/messages/chat/{thread}/", sending.send_to_thread),
    web.post("/messages/chat/{thread}/read/", chat_pages.mark_read),
    web.post("/messages/chat/{thread}/edit/", changes.edit),
    web.post("/messages/chat/{thread}/delete/", changes.delete),
    web.post("/messages/chat/{thread}/react/", changes.react),
    web.get("/messages/chat/{thread}/history", api.history),
    web.get("/messages/people", api.people),
    web.route("*", "/messages/send_message_api/{thread}/", api.send_message),
    web.get("/messages/session", api.session),
    web.get("/messages/ws", api.socket, allow_head=False),
    web.get("/healthz", health.alive),
    web.get("/readyz", health.ready),
]

FOR_PROGRAMS = {
    api.history,
    api.people,
    api.send_message,
    api.session,
    api.socket,
    export_pages.progress,
    health.alive,
    health.ready,
}


def add_routes(app: web.Application) -> None:
    """Adds the routes, and those of the site's own and the product's static files."""
    app.add_routes(ROUTES)
    app.router.add_get("/messages/static/{hash}/{name:site/.+}", app[SITE].files.serve)
    app.router.add_get("/messages/static/{hash}/{name:.+}", static_files().serve)


def answers_programs(request: web.Request) -> bool:
    """Returns whether the client expects JSON instead of a page."""
    return request.match_info.handler in FOR_PROGRAMS
