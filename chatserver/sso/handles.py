"""Handles: the names by which users write to each other, made from what another site calls its people.

Such a name may be anything, of any length, and belong to somebody else here: it never refuses a sign-in.
"""

import unicodedata
from collections.abc import Iterator
from itertools import count

import regex

from chatserver.accounts.names import NAME_CHARS, clean_name
from chatserver.errors import ChatError

LONGEST = NAME_CHARS.stop - 1  # code points
_SIGNS = "._-"
_OTHERS = regex.compile(r"[^\p{L}\p{M}\p{Nd}._\-]+")
_ADDRESS = regex.compile(r"([^@]+)@[^@]+")


def handle_of(told: str) -> str | None:
    """Returns a valid handle for what the site calls a person: `Ana Maria` is `Ana.Maria`, `ana@example.org` is `ana`.

    None if the name makes no valid handle.
    """
    address = _ADDRESS.fullmatch(told)
    composed = unicodedata.normalize("NFKC", address[1] if address else told)
    handle = _OTHERS.sub(".", composed).strip(_SIGNS)[:LONGEST].strip(_SIGNS)
    try:
        return clean_name(handle)
    except ChatError:
        return None


def numbered(handle: str) -> Iterator[str]:
    """Yields the handle, and then with the endings `.2`, `.3`, … as many as are wanted, each cut to fit."""
    yield handle
    for number in count(2):
        ending = f".{number}"
        yield handle[: LONGEST - len(ending)].rstrip(_SIGNS) + ending
