"""What names, texts and ids may be: the same rules for pages, sockets, the API and the command line."""

import re
import unicodedata

from chatserver.errors import ChatError

MAX_ID = 2**53 - 1  # what JavaScript counts exactly
NAME_CHARS = range(3, 31)

# Letters and marks that leave no trace on the screen (Unicode's Default_Ignorable_Code_Point).
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SEPARATORS = re.compile("[\\s,;，；、،؛]")  # of several names
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


def clean_name(raw: str) -> str:
    """A name as it is stored and shown: NFKC, so that look-alikes by composition are one (UAX #15).

    Letters, their combining marks and digits of any script, `_`, `.` and `-`, all visible. Raises ChatError `bad_name`.
    """
    name = unicodedata.normalize("NFKC", raw[:200].strip())
    if len(name) not in NAME_CHARS or not all(_fits_name(char) for char in name) or _is_flood(name):
        raise ChatError("bad_name", "username")
    return name


def _fits_name(char: str) -> bool:
    kinds = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"}
    return char in "_.-" or (unicodedata.category(char) in kinds and not _INVISIBLE.match(char))


def _is_flood(name: str) -> bool:
    """Whether a mark stands without a letter, or more than two on one: no written language needs it."""
    marks = ["M" if unicodedata.category(char)[0] == "M" else "L" for char in name]
    return marks[0] == "M" or "MMM" in "".join(marks)


def name_key(name: str) -> str:
    """What makes names unique whatever their case (Unicode caseless matching, D146)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def typed_key(raw: str) -> str:
    """What a typed name counts as, be it one or not: spellings that `clean_name` takes for one name have one key."""
    return name_key(raw[:200].strip())[:200]


def clean_recipient(raw: str) -> str:
    """The one name that was typed where a message goes. Raises ChatError `no_recipient` or `one_recipient`."""
    names = [name for name in _SEPARATORS.split(raw[:200]) if name]
    if len(names) != 1:
        raise ChatError("one_recipient" if names else "no_recipient", "recipient_name")
    return names[0]


def name_beginning(raw: str) -> str:
    """What the keys of names begin with that begin as is typed here; '' for what no name begins with."""
    name = unicodedata.normalize("NFKC", raw[:200].strip())
    return name_key(name) if len(name) < NAME_CHARS.stop and all(_fits_name(char) for char in name) else ""


def clean_text(raw: object, max_chars: int) -> str:
    """A message's text as it is stored: line ends become `\\n`, surrounding white space goes.

    Raises ChatError `bad_text`, `no_text` or `too_long` (more than `max_chars` code points; 0 = no limit).
    """
    if not isinstance(raw, str) or UNSTORABLE.search(raw):
        raise ChatError("bad_text", "message")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
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
