"""What texts and ids may be: the same rules for pages, sockets, the API and the command line.

`static/js/lib/texts.js` cleans texts alike; both are tested with `tests/cases/texts.json`.
"""

import re

import regex

from chatserver.errors import ChatError

MAX_ID = 2**53 - 1  # what JavaScript counts exactly

_LINE_END = re.compile("[\r\v\f\x85\u2028\u2029]")  # besides `\n`: UAX #14, mandatory breaks
# What JavaScript's `trim` takes away.
_AROUND = "\t\n \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"
# What leaves a trace on the screen: no white space, no control, nothing ignored by default, none of Unicode's blanks.
_VISIBLE = regex.compile(
    r"[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffb\U0001d159\U00013430-\U0001343f]"
)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SEPARATORS = re.compile("[\\s,;，；、،؛]")  # of several names
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def clean_recipient(raw: str) -> str:
    """The one name that was typed where a message goes. Raises ChatError `no_recipient` or `one_recipient`."""
    names = [name for name in _SEPARATORS.split(raw[:200]) if name]
    if len(names) != 1:
        raise ChatError("one_recipient" if names else "no_recipient", "recipient_name")
    return names[0]


def clean_text(raw: object, max_chars: int) -> str:
    """A message's text as it is stored: line ends of all kinds become `\\n`, surrounding white space goes.

    Raises ChatError `bad_text`, `no_text` (nothing can be seen) or `too_long` (more than `max_chars` code points; 0 =
    no limit).
    """
    if not isinstance(raw, str) or UNSTORABLE.search(raw):
        raise ChatError("bad_text", "message")
    text = _LINE_END.sub("\n", raw.replace("\r\n", "\n")).strip(_AROUND)
    if not _VISIBLE.search(text):
        raise ChatError("no_text", "message")
    if max_chars and len(text) > max_chars:
        raise ChatError("too_long", "message", max=max_chars)
    return text


def parse_uuid(raw: object) -> str:
    """An id made by a client; upper case counts as lower. Raises ChatError `bad_frame`."""
    if not isinstance(raw, str) or not _UUID.fullmatch(raw):
        raise ChatError("bad_frame")
    return raw.lower()


def parse_id(raw: object) -> int | None:
    """A thread's or user's id from a path or a form, None for what cannot be one."""
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 16:
        raw = int(raw)
    return raw if type(raw) is int and 0 < raw <= MAX_ID else None
