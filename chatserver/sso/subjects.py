"""Subjects: the ids that another site gives to its people."""

import re

from chatserver.errors import ChatError

# As a segment of a path, too: `.` and `..` would be resolved away (RFC 3986 §5.2.4).
_SUBJECT = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._~@:|+=-]{1,255}\Z", re.ASCII)


def is_subject(raw: object) -> bool:
    """Tells whether this can be the id of a person: a string of 1 to 255 of the allowed characters."""
    return isinstance(raw, str) and _SUBJECT.match(raw) is not None


def clean_sub(raw: object) -> str:
    """Returns a subject as it is. Raises ChatError `bad_sub`."""
    if not isinstance(raw, str) or not is_subject(raw):
        raise ChatError("bad_sub")
    return raw
