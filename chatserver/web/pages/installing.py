"""What makes the chat installable: its manifest, its service worker, and the page for when there is no connection."""

import json

from aiohttp import web

from chatserver import i18n
from chatserver.web.app_keys import SITE
from chatserver.web.rendering.pages import render_bare
from chatserver.web.static_files import ALL_STYLES, REST_STYLES, static_files

WORKER = "js/worker.js"
OFFLINE = "/messages/offline/{}/"  # by the language
ICONS = (("192", "any", "icon-192.png"), ("512", "any", "icon-512.png"), ("512", "maskable", "icon-maskable.png"))


async def manifest(request: web.Request) -> web.Response:
    """Describes the application for those who install it (W3C, Web Application Manifest)."""
    site = request.app[SITE]
    name = site.name or i18n.gettext("Messages")
    drawn = [
        {"src": static_files().url(file), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size, purpose, file in ICONS
    ]
    own = (
        [{"src": site.static("site/favicon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
        if site.styles  # in the site's own color
        else []
    )
    mark = {"src": static_files().url("icon-mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    described = {
        "id": "/messages/",
        "start_url": "/messages/",
        "scope": "/messages/",
        "display": "standalone",
        "name": name,
        "short_name": name,
        "description": i18n.gettext("Private messages for the members of this site."),
        "lang": i18n.current_language(),
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [*own, *drawn, mark | {"purpose": "monochrome"}],
    }
    headers = {"Cache-Control": "no-cache"}
    return web.json_response(described, content_type="application/manifest+json", headers=headers)


async def worker(request: web.Request) -> web.Response:
    """Serves the service worker, with the sentences that it shows; never from a cache, so that it is today's."""
    site, files = request.app[SITE], static_files()
    knows = {
        "site": site.name,
        "icon": files.url("icon-192.png"),
        "badge": files.url("icon-mark.svg"),
        "words": {language: _words(language) for language in i18n.LANGUAGES},
        "offline": {language: OFFLINE.format(language) for language in i18n.LANGUAGES},
        "styles": [files.url(ALL_STYLES), files.url(REST_STYLES), *([site.static(site.styles)] if site.styles else [])],
    }
    return web.Response(
        body=f"self.knows = {json.dumps(knows)};\n".encode() + files.content(WORKER),
        content_type="text/javascript",
        charset="utf-8",
        headers={"Cache-Control": "no-cache"},
    )


def _words(language: str) -> dict[str, str]:
    with i18n.using(language):
        return {"messages": i18n.gettext("Messages"), "newMessage": i18n.gettext("New message")}


async def offline(request: web.Request) -> web.Response:
    """Shows that there is no connection: the worker keeps this page, and no other."""
    if request.match_info["language"] not in i18n.LANGUAGES:
        raise web.HTTPNotFound
    i18n.use_language(request.match_info["language"])
    return render_bare(request, "offline.html")
