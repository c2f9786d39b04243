"""Validates texts and ids: the same rules for pages, sockets, the API and the command line.

`static/js/lib/texts.js` cleans texts by the same rules; `tests/cases/texts.json` tests both.
"""

import re
import unicodedata

import regex

from chatserver.errors import ChatError

MAX_ID = 2**53 - 1  # the largest integer exact in JavaScript

_LINE_END = re.compile("[\r\v\f\x85\u2028\u2029]")  # besides `\n`: UAX #14, mandatory breaks
# The characters that JavaScript's `trim` removes.
_AROUND = "\t\n \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"
# A visible character: not white space, a control, default-ignorable, or one of Unicode's other blanks.
_VISIBLE = regex.compile(
    r"[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffb\U0001d159\U00013430-\U0001343f]"
)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Controls, line breaks and what cannot be seen, such as the marks of direction; emoji and spelling need the exceptions.
_NOT_IN_TITLES = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffb]"
    r"|(?![\u200c\u200d\p{Variation_Selector}\U000e0020-\U000e007f])\p{Default_Ignorable_Code_Point}"
)
TITLE_CHARS = 100  # code points
_SEPARATORS = re.compile("[\\s,;，；、،؛]")  # between names
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def clean_recipient(raw: str) -> str:
    """Returns the one name in the recipient field. Raises ChatError `no_recipient` or `one_recipient`."""
    names = [name for name in _SEPARATORS.split(raw[:200]) if name]
    if len(names) != 1:
        raise ChatError("one_recipient" if names else "no_recipient")
    return names[0]


def split_names(raw: str) -> list[str]:
    """Returns the names in a field, each once, in their order."""
    return list(dict.fromkeys(name for name in _SEPARATORS.split(raw) if name))


def is_blank(text: str) -> bool:
    """Returns whether a text has nothing visible."""
    return not _VISIBLE.search(text)


def clean_text(raw: object, max_chars: int, *, may_be_empty: bool = False) -> str:
    """Returns a message's text as stored: all line ends become LF, surrounding white space is removed.

    Raises ChatError `bad_text`, `no_text` (nothing visible) or `too_long` (over `max_chars` code points; 0 = no limit).
    With files it `may_be_empty`: then nothing visible is ''.
    """
    if not isinstance(raw, str) or UNSTORABLE.search(raw):
        raise ChatError("bad_text")
    text = _LINE_END.sub("\n", raw.replace("\r\n", "\n")).strip(_AROUND)
    if is_blank(text):
        if may_be_empty:
            return ""
        raise ChatError("no_text")
    if max_chars and len(text) > max_chars:
        raise ChatError("too_long", max=max_chars)
    return text


def clean_title(raw: object) -> str:
    """Returns a group's title as stored: in NFC, without white space around it. Raises ChatError `bad_title`."""
    title = unicodedata.normalize("NFC", raw).strip(_AROUND) if isinstance(raw, str) else ""
    if len(title) > TITLE_CHARS or is_blank(title) or _NOT_IN_TITLES.search(title):
        raise ChatError("bad_title")
    return title


def clean_new_title(raw: str) -> str | None:
    """Returns the title of a new group like `clean_title`; None if there is none, for nothing but white space."""
    return clean_title(raw) if raw.strip(_AROUND) else None


def drop_hidden(text: str) -> str:
    """Returns the text without controls, line breaks and what cannot be seen, such as marks of direction."""
    return _NOT_IN_TITLES.sub("", text)


def parse_uuid(raw: object) -> str:
    """Returns a client's UUID in lower case. Raises ChatError `bad_frame`."""
    if not isinstance(raw, str) or not _UUID.fullmatch(raw):
        raise ChatError("bad_frame")
    return raw.lower()


def parse_id(raw: object) -> int | None:
    """Returns a thread's or user's id from a path or a form, None if it cannot be one."""
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 16:
        raw = int(raw)
    return raw if type(raw) is int and 0 < raw <= MAX_ID else None


def parse_number(raw: str, least: int = 0) -> int:
    """Returns a number of a form or an address, at most the largest allowed one. Raises ChatError `bad_frame`."""
    number = min(int(raw[:17]), MAX_ID) if raw.isascii() and raw.isdigit() else -1
    if number < least:
        raise ChatError("bad_frame")
    return number
