"""The table of all routes of the server."""

from aiohttp import web

from chatserver.web import api, health, push
from chatserver.web.app_keys import SITE
from chatserver.web.bodies import accepts_json
from chatserver.web.pages import account as account_pages
from chatserver.web.pages import blocks as block_pages
from chatserver.web.pages import changes, embed, installing, mail_links, sending, sign_in, sso, to_person
from chatserver.web.pages import chat as chat_pages
from chatserver.web.pages import conversations as pages
from chatserver.web.pages import exports as export_pages
from chatserver.web.pages import files as file_pages
from chatserver.web.pages import groups as group_pages
from chatserver.web.pages import notifications as notification_pages
from chatserver.web.pages import password_reset as reset_pages
from chatserver.web.pages import preferences as choices
from chatserver.web.pages import search as search_pages
from chatserver.web.static_files import static_files
from chatserver.web.v1 import routes as v1
from chatserver.web.v1.door import is_call

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
    web.get("/messages/signed-out", pages.add_slash),
    web.get("/messages/signed-out/", sign_in.signed_out),
    web.get("/messages/sso/start", sso.start),
    web.post("/messages/sso/", sso.sign_in),
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
    web.get("/messages/notifications", pages.add_slash),
    web.get("/messages/notifications/", notification_pages.show),
    web.post("/messages/notifications/", notification_pages.change),
    web.get("/messages/notifications/off/{token}", pages.add_slash),
    web.get("/messages/notifications/off/{token}/", mail_links.off_page),
    web.post("/messages/notifications/off/{token}/", mail_links.off),
    web.get("/messages/notifications/confirm/{token}", pages.add_slash),
    web.get("/messages/notifications/confirm/{token}/", mail_links.confirm_page),
    web.post("/messages/notifications/confirm/{token}/", mail_links.confirm),
    web.get("/messages/push", push.state),
    web.put("/messages/push", push.put),
    web.delete("/messages/push", push.delete),
    web.get("/messages/manifest.webmanifest", installing.manifest),
    web.get("/messages/sw.js", installing.worker),
    web.get("/messages/offline/{language}/", installing.offline),
    web.post("/messages/block/", block_pages.block),
    web.post("/messages/unblock/", block_pages.unblock),
    web.get("/messages/reset/{token}", pages.add_slash),
    web.get("/messages/reset/{token}/", reset_pages.reset_page),
    web.post("/messages/reset/{token}/", reset_pages.reset),
    web.post("/messages/language/", choices.choose_language),
    web.post("/messages/theme/", choices.choose_theme),
    web.post("/messages/send_message/", sending.send_to_name),
    web.post("/messages/group/", group_pages.create),
    web.get("/messages/group/{thread}", pages.add_slash),
    web.get("/messages/group/{thread}/", group_pages.show),
    web.post("/messages/group/{thread}/", group_pages.change),
    web.get("/messages/to/{sub}", to_person.to_person),
    web.get("/messages/chat/{thread}", pages.add_slash),
    web.get("/messages/chat/{thread}/", chat_pages.chat),
    web.post("/messages/chat/{thread}/", sending.send_to_thread),
    web.post("/messages/chat/{thread}/read/", chat_pages.mark_read),
    web.post("/messages/chat/{thread}/mute/", chat_pages.mute),
    web.post("/messages/chat/{thread}/edit/", changes.edit),
    web.post("/messages/chat/{thread}/delete/", changes.delete),
    web.post("/messages/chat/{thread}/react/", changes.react),
    web.get("/messages/chat/{thread}/history", api.history),
    web.put("/messages/files/{file}", file_pages.upload),
    web.get("/messages/files/{file}", file_pages.show),
    web.delete("/messages/files/{file}", file_pages.discard),
    web.get("/messages/search", pages.add_slash),
    web.get("/messages/search/", search_pages.search),
    web.get("/messages/people", api.people),
    web.route("*", "/messages/send_message_api/{thread}/", api.send_message),
    web.get("/messages/session", api.session),
    web.get("/messages/unread", api.unread),
    web.get("/messages/embed.js", embed.script),
    web.get("/messages/embed/", embed.begin),
    web.get("/messages/embed/count", embed.count),
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
    api.unread,
    export_pages.progress,
    file_pages.discard,
    file_pages.upload,
    health.alive,
    health.ready,
    push.delete,
    push.put,
    push.state,
}

# A page, or JSON for clients that prefer it.
FOR_BOTH = {file_pages.show, group_pages.show, search_pages.search, sso.sign_in}


def add_routes(app: web.Application) -> None:
    """Adds the routes, and those of the site's own and the product's static files."""
    app.add_routes([*ROUTES, *v1.ROUTES])
    app.router.add_get("/messages/static/{hash}/{name:site/.+}", app[SITE].files.serve)
    app.router.add_get("/messages/static/{hash}/{name:.+}", static_files().serve)


def answers_programs(request: web.Request) -> bool:
    """Returns whether the client expects JSON instead of a page."""
    handler = request.match_info.handler
    return is_call(request) or handler in FOR_PROGRAMS or (handler in FOR_BOTH and accepts_json(request))
