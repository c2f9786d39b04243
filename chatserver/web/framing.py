"""The pages that a site of EMBED_ORIGINS may show in a frame, and the requests of a browser that is about to.

Browsers set `Sec-Fetch-Dest` themselves, and no page can change it (Fetch Metadata §2.1).
"""

from aiohttp import web

from chatserver.web.app_keys import CONFIG

FRAMED = {
    "/messages/",
    "/messages/embed/",
    "/messages/embed/count",
    "/messages/to/{sub}",
    "/messages/send_message/",
    "/messages/group/",
    "/messages/group/{thread}/",
    "/messages/chat/{thread}/",
    "/messages/chat/{thread}/read/",
    "/messages/chat/{thread}/edit/",
    "/messages/chat/{thread}/delete/",
    "/messages/chat/{thread}/react/",
    "/messages/search/",
}  # the list, chats, groups, the search, and how the frame begins; by routes


def is_framed(request: web.Request) -> bool:
    """Returns whether the answer is to be shown in a frame of a site's page."""
    return bool(request.app[CONFIG].embed_origins) and request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}
