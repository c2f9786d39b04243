"""The operator's branding: the site's name, address, logo and color, and where users ask for help."""

import logging
from pathlib import Path
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from chatserver.config.accent import accent_styles, read_accent, recolored
from chatserver.config.settings import Config
from chatserver.config.site_settings import ADDRESS
from chatserver.resources import folder
from chatserver.web.embed_script import embed_script
from chatserver.web.rendering.links import with_links
from chatserver.web.static_files import StaticFiles

log = logging.getLogger(__name__)

ICONS = ("favicon.svg", "favicon-unread.svg")


class Site:
    """The branding, in templates as `site`. Its files have a hash of their own; nginx passes them on (`try_files`)."""

    def __init__(self, config: Config) -> None:
        self.name = config.site_name
        self.url = config.site_url
        self.host = urlsplit(config.site_url).hostname or ""
        self.support = _with_addresses(config.support)
        self.support_is_address = ADDRESS.fullmatch(config.support) is not None
        self.takes_sign_ups = config.sign_up == "open"
        self.signs_in = bool(config.sso_url and config.sso_keys)  # the site itself, by tokens
        self.signs_in_alone = bool(config.sso_only)
        self.notifies = bool(config.vapid_keys or config.smtp_url)
        self.embed_origins = config.embed_origins
        self.files = StaticFiles(_files(config))
        self.logo = next((name for name in self.files.names if name.startswith("site/logo")), "")
        self.styles = "site/accent.css" if config.accent else ""

    def static(self, name: str) -> str:
        """Returns the address of one of the site's files."""
        return self.files.url(name)


def _files(config: Config) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    accent = read_accent(config.accent)
    if config.embed_origins:
        files["site/embed.js"] = embed_script(config.default_language, accent)
    if accent is not None:
        files["site/accent.css"] = accent_styles(accent).encode()
        for name in ICONS:
            files[f"site/{name}"] = recolored((folder("static") / name).read_text("utf-8"), accent).encode()
    if config.site_logo:
        path = Path(config.site_logo)
        try:
            files[f"site/logo{path.suffix.lower()}"] = path.read_bytes()
        except OSError as error:  # the file existed when the settings were read
            log.warning("SITE_LOGO cannot be read: %s", error)
    return files


def _with_addresses(sentence: str) -> Markup:
    """Returns the sentence as escaped HTML, its e-mail and http(s) addresses as links."""
    pieces = ADDRESS.split(sentence)
    texts, addresses = pieces[::2], pieces[1::2]
    made = with_links(texts[0])
    for address, text in zip(addresses, texts[1:], strict=True):
        made += Markup('<a href="mailto:{}">{}</a>').format(quote(address, safe="@+"), escape(address))
        made += with_links(text)
    return made
