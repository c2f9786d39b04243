"""Links in texts, found alike here and by `static/js/lib/links.js`; both are tested with `tests/cases/links.json`.

An address ends where a reader sees it end, in languages without spaces, too: nothing that follows may lead to another
host. What hides where it leads makes no link: a user part (`https://bank.example@evil.example`), or what nobody sees
inside a host.

No library: linkify-it has one algorithm in JavaScript and Python (linkify-it-py), but takes mail addresses and bare
domains for links, lets what has no width into an address, and is several times as large. Jinja's `urlize` leaves a
closing quote or an override inside.
"""

import regex
from markupsafe import Markup, escape

_BLANK = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# What has no width, or turns the direction.
_UNSEEN = r"\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"

# A host: labels of letters and digits (IDNA, UTS #46). The last one is of one script, as all top-level domains are, so
# that a word that follows it without a space is no part of it.
_LETTER = r"\p{L}\p{Nd}\p{Emoji_Presentation}"
# Possessive (`*+`), or it takes quadratic time.
_LABEL = rf"[{_LETTER}](?:[-_]*[{_LETTER}\p{{M}}])*+"
_SCRIPTS = "Latn|Cyrl|Grek|Armn|Geor|Hebr|Arab|Deva|Beng|Guru|Gujr|Orya|Taml|Telu|Knda|Mlym|Sinh|Thai|Laoo|Hang"
_ONE_SCRIPT = [rf"\p{{Script={script}}}" for script in _SCRIPTS.split("|")] + [
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー",
    r"\p{Emoji_Presentation}",
]
_LAST = "|".join(rf"\p{{Nd}}*[{of}][{of}\p{{M}}\p{{Nd}}]*(?:-+[{of}\p{{M}}\p{{Nd}}]+)*" for of in _ONE_SCRIPT)
_PORT = r":(?:[0-9]{1,5}(?![0-9])|(?=[/?#]))"

_START = regex.compile(rf"(?<![A-Za-z0-9])[Hh][Tt][Tt][Pp][Ss]?://(?=[\[{_LETTER}])")
_HOST = regex.compile(rf"(?:\[[0-9A-Fa-f:.]+\]|(?:{_LABEL}\.)*(?:{_LAST}|{_LABEL})(?:\.(?=[/?#:]))?)(?:{_PORT})?")
_DECEIT = regex.compile(rf"[{_UNSEEN}]+[A-Za-z0-9.:@-]|%")  # behind a host
_USER = regex.compile(r"[\p{L}\p{M}\p{N}!$&'()*+,;=:%._~-]*@")

# What ends a path: the unseen, `<`, `>`, `"`, also escaped, `|`, `\`, a bracket that was not opened in it, and what is
# punctuation in any script, but for what stands inside of words.
_STOP = regex.compile(
    rf"[{_BLANK}{_UNSEEN}<>\"|\\()\[\]{{}}\u2500-\u257f]|&(?:quot|apos|lt|gt|#34|#39);"
    r"|(?![\x00-\x7f·・་׳״‐])[\p{P}\p{Sm}]"
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_TRAILING = ".,:;!?'*~`([{"

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
        position = start.end()
        host = _HOST.match(text, position)
        if host is None or _USER.match(text, position) or _DECEIT.match(text, host.end()):
            continue
        position = end = host.end()
        if text[end : end + 1] in {"/", "?", "#"}:
            position = _end(text, end)
            around = "_" if text[start.start() - 1 : start.start()] == "_" else ""
            end += len(text[end:position].rstrip(_TRAILING + around))
        links.append((start.start(), end))
    return links


def _end(text: str, begin: int) -> int:
    """The first character that cannot stand in a path, or a closing bracket that was opened before it."""
    awaited: list[str] = []
    for stop in _STOP.finditer(text, begin):
        char = stop[0]
        if char in _PAIRS:
            awaited.append(_PAIRS[char])
        elif not awaited or awaited.pop() != char:
            return stop.start()
    return len(text)
