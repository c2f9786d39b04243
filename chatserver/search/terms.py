"""Reads what a person typed into the search field.

Words, `"a phrase"`, `-without`, `-"without a phrase"`, `from:name`. A quote that is not closed lasts to the end.
"""

import re
from typing import NamedTuple

from chatserver.errors import ChatError
from chatserver.validation import UNSTORABLE

MAX_CHARS = 200

_FROM = re.compile(r"from:(\S+)", re.IGNORECASE)
_TERM = re.compile(r'(-?)(?:"([^"]*)(?:"|$)|([^\s"]+))')
# Quotes of other keyboards, and signs for which a keyboard or a phone puts another.
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "−": "-"})


class Term(NamedTuple):
    """A word, or several that stand together; `without`: a message must not have it."""

    text: str
    quoted: bool
    without: bool


class Typed(NamedTuple):
    """What was typed. `sender`: the name after `from:`, '' if there is none."""

    terms: list[Term]
    sender: str


def read_terms(raw: str) -> Typed:
    """Returns the terms of a query. Raises ChatError `too_long` (over MAX_CHARS) or `bad_text`."""
    if len(raw) > MAX_CHARS:
        raise ChatError("too_long", max=MAX_CHARS)
    if UNSTORABLE.search(raw):
        raise ChatError("bad_text")
    sender, terms = "", []
    for minus, phrase, word in _TERM.findall(raw.translate(_QUOTES)):
        named = _FROM.fullmatch(word)
        if named and not minus:
            sender = named[1]
        else:
            terms.append(Term(phrase or word, not word, bool(minus)))
    return Typed(terms, sender)
