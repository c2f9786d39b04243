"""Avatars without pictures: letters and a color computed from the name, as `static/js/lib/avatars.js` does."""

import re
from functools import lru_cache

import regex

HUES = 12
KEPT = 1024  # names
WIDEST = 4  # characters side by side
_WITHOUT_WIDTH = regex.compile(r"[\p{Mn}\u200c\u200d]")
_SEPARATORS = re.compile("[ _.,-]+")
# A letter with its marks, and the letters that a virama joins to it (UAX #29, GB9c).
_FIRST_LETTER = regex.compile(
    r"^.(?:(?:[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\ua9c0]\u200d?|\u0dca\u200d)\p{L}"
    r"|[\p{M}\u200c\u200d])*",
    regex.DOTALL,
)


@lru_cache(KEPT)
def initials(name: str) -> str:
    """Returns the first letter of the name, or of each of its first two parts ("Ana-Maria", "Ben, Cleo"), upper case.

    Returns one letter if two are too wide for the circle.
    """
    parts = [part for part in _SEPARATORS.split(name) if part] or [name]
    letters = [found[0] for part in parts[:2] if (found := _FIRST_LETTER.match(part))]
    is_wide = len(_WITHOUT_WIDTH.sub("", "".join(letters))) > WIDEST
    return "".join(letters[: 1 if is_wide else 2]).upper()


@lru_cache(KEPT)
def hue(name: str) -> int:
    """Returns a color's number, 0 to 11, always the same for a name: FNV-1a over its code points."""
    code = 0x811C9DC5
    for char in name:
        code = (code ^ ord(char)) * 0x01000193 & 0xFFFFFFFF
    return (code ^ (code >> 16)) % HUES
