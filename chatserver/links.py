"""Links in texts, found alike here and by `static/js/links.js`; both are tested with `tests/cases/links.json`.

No library: linkify-it has no like in Python, its port takes mail addresses and bare domains for links and needs a table
of domains; Jinja's `urlize` too makes links of what has no `http://`, and leaves a closing quote or an override inside.
"""

import re

from markupsafe import Markup, escape

# `\b` and letters are ASCII's, as in JavaScript; a host begins with a letter, a digit or IPv6's bracket.
_START = re.compile(r"\bhttps?://(?![!-/:-@\\-`{-~])", re.ASCII | re.IGNORECASE)

# What ends a link: white space, controls, what has no width or turns the direction, `<`, `>`, `"`.
_ENDS = (
    '\\x00-\\x20<>"\\x7f-\\xa0\\xad\\u034f\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f'
    "\\u3000\\ufeff\\ufff9-\\ufffb"
)
_PAIRS = dict(zip("([{«‹“‘（「『【《", ")]}»›”’）」』】》", strict=True))
_STOP = re.compile(f"[{_ENDS}{re.escape(''.join(_PAIRS) + ''.join(_PAIRS.values()))}]")
_TRAILING = ".,:;!?'*~`…。，、：；！？" + "".join(_PAIRS)

_TAG = Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>')


def with_links(text: str) -> Markup:
    """The text escaped, its links made clickable."""
    pieces = []
    shown = 0
    for start, end in find_links(text):
        pieces += [escape(text[shown:start]), _TAG.format(text[start:end])]
        shown = end
    return Markup().join([*pieces, escape(text[shown:])])


def find_links(text: str) -> list[tuple[int, int]]:
    """Where the links (http and https) begin and end, without the punctuation after them. Takes linear time."""
    links = []
    position = 0
    while start := _START.search(text, position):
        position = _end(text, start.end())
        end = start.end() + len(text[start.end() : position].rstrip(_TRAILING))
        if end > start.end():
            links.append((start.start(), end))
    return links


def _end(text: str, begin: int) -> int:
    """The first character that cannot stand in a link, or a closing bracket that was opened before it."""
    awaited: list[str] = []
    for stop in _STOP.finditer(text, begin):
        char = stop[0]
        if char in _PAIRS:
            awaited.append(_PAIRS[char])
        elif not awaited or awaited.pop() != char:
            return stop.start()
    return len(text)
