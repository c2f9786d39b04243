"""What stands for a picture: letters and a colour, made of the name alike here and by `static/js/avatars.js`."""

import re
import unicodedata

HUES = 12
_SEPARATORS = re.compile("[ _.,-]+")


def initials(name: str) -> str:
    """The first letter of the name, or those of its first two parts ("Ana-Maria", "Ben, Cleo"), in upper case."""
    parts = [part for part in _SEPARATORS.split(name) if part] or [name]
    return "".join(_first_letter(part) for part in parts[:2]).upper()


def _first_letter(part: str) -> str:
    """With its combining marks."""
    end = 1
    while end < len(part) and unicodedata.category(part[end])[0] == "M":
        end += 1
    return part[:end]


def hue(name: str) -> int:
    """A colour's number, 0 to 11, the same for a name at all times: FNV-1a over its code points."""
    code = 0x811C9DC5
    for char in name:
        code = (code ^ ord(char)) * 0x01000193 & 0xFFFFFFFF
    return (code ^ (code >> 16)) % HUES
