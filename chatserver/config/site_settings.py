"""Validates the settings that name the site: SITE_NAME, SITE_URL, SITE_LOGO, ACCENT, SUPPORT."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from chatserver.config.accent import accent_problems, read_accent
from chatserver.config.settings import Config

NAME_CHARS = 40
SUPPORT_CHARS = 200
LOGO_BYTES = 65_536
LOGOS = {".svg": b"<svg", ".png": b"\x89PNG\r\n\x1a\n", ".webp": b"WEBP", ".jpg": b"\xff\xd8\xff"}
ADDRESS = re.compile(r"([\w.%+-]+@[\w-]+(?:\.[\w-]+)+)", re.ASCII)  # e-mail


def site_problems(config: Config) -> Iterator[str]:
    """Yields a sentence for each setting of the site that cannot be used."""
    yield from _text_problems("SITE_NAME", config.site_name, NAME_CHARS)
    yield from _text_problems("SUPPORT", config.support, SUPPORT_CHARS)
    if config.site_url and not _is_page(config.site_url):
        yield f"SITE_URL must be like https://example.org/, without a user, not {config.site_url[:100]!r}."
    if config.site_logo:
        yield from _logo_problems(Path(config.site_logo))
    if config.accent:
        accent = read_accent(config.accent)
        if accent is None:
            yield f"ACCENT must be like #1a6a4b, or like #1a6a4b,#7fd0aa for light and dark, not {config.accent!r}."
        else:
            yield from accent_problems(accent)


def _text_problems(name: str, text: str, most: int) -> Iterator[str]:
    if len(text) > most:
        yield f"{name} must have at most {most} characters, not {len(text)}."
    if any(unicodedata.category(char)[0] == "C" for char in text):
        yield f"{name} must be one line, without characters that cannot be seen."


def _is_page(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc and url.isprintable()


def _logo_problems(path: Path) -> Iterator[str]:
    sign = LOGOS.get(path.suffix.lower())
    if sign is None:
        yield f"SITE_LOGO must be the path of a file that ends in {', '.join(LOGOS)}, not {str(path)!r}."
        return
    try:
        content = path.read_bytes()
    except OSError as error:
        yield f"SITE_LOGO cannot be read: {error.strerror}: {str(path)!r}."
        return
    if len(content) > LOGO_BYTES:
        yield f"SITE_LOGO must have at most {LOGO_BYTES} bytes, not {len(content)}: it is shown 28 pixels high."
    elif sign not in (content if sign == LOGOS[".svg"] else content[:12]):
        yield f"SITE_LOGO is no {path.suffix[1:].upper()}: {str(path)!r}."
