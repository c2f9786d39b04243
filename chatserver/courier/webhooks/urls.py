"""Where a webhook may be: what can be said of a URL without asking anybody. The rest is checked when connecting."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from yarl import URL

from chatserver.courier.addresses import is_public, literal_address

PORTS = (443, 8443)
MAX_CHARS = 2000
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


def url_problem(text: str, hosts: Collection[str]) -> str | None:
    """Returns why no webhook can be at this URL, as a sentence; `hosts`: those of WEBHOOK_HOSTS."""
    if len(text) > MAX_CHARS or not _PRINTABLE.fullmatch(text):
        return f"A webhook's URL has at most {MAX_CHARS} characters of ASCII, without spaces."
    try:
        url = URL(text)
        if not url.host or not url.port or url.scheme not in {"http", "https"}:
            return "A webhook's URL is like https://example.org/hook."
    except ValueError:
        return "A webhook's URL is like https://example.org/hook."
    if "@" in urlsplit(text).netloc or "#" in text:
        return "A webhook's URL has no user and no fragment; receivers know us by the signature."
    if is_trusted(url, hosts):
        return None
    if url.scheme != "https" or url.port not in PORTS:
        return f"A webhook's URL begins with https://, and its port is 443 or 8443; {_HOW_ELSE}"
    literal = literal_address(url.raw_host or "")
    if literal is not None and not is_public(literal):
        return f"A webhook's address must be public; {_HOW_ELSE}"
    return None


_HOW_ELSE = "for a receiver of your own, name its host:port in WEBHOOK_HOSTS."


def is_trusted(url: URL, hosts: Collection[str]) -> bool:
    """Returns whether the owner has named this host and port, so that any address behind it is meant."""
    return f"{url.host_subcomponent}:{url.port}" in hosts
