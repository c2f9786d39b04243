"""The script for the pages of sites that show the messenger: one file, with its sentences and its colors in it."""

import json
from contextvars import copy_context

from chatserver.config.accent import Accent, button_colors
from chatserver.i18n import LANGUAGES, use_language
from chatserver.i18n import gettext as _
from chatserver.resources import folder
from chatserver.web import scripts

ENTRY = "js/embed.js"


def embed_script(language: str, accent: Accent | None) -> bytes:
    """Returns the script; `language` is that of pages in none of ours. It adds one global name, `ChatServer`."""
    root = folder("static")
    modules = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in (root / "js").rglob("*.js")}
    words = {code: copy_context().run(_words, code) for code in LANGUAGES}
    known = json.dumps({"accent": button_colors(accent), "language": language, "words": words}, ensure_ascii=False)
    return f"(() => {{\nconst EMBED = {known};\n{scripts.join(modules, ENTRY)}}})();\n".encode()


def _words(language: str) -> dict[str, str]:
    use_language(language)
    return {
        "messages": _("Messages"),
        "unread": _("Messages, unread: %(num)s"),
        "close": _("Close messages"),
    }
