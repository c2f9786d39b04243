"""Finds links in texts, as `static/js/lib/links.js` does; both are tested with `tests/cases/links.json`.

An address ends where a reader sees it end, also in languages without spaces: the text after it must not change its
host. An address that hides its target makes no link: one with a user part (`https://bank.example@evil.example`), or
with invisible characters in its host.

No library: linkify-it has one algorithm in JavaScript and Python (linkify-it-py), but links mail addresses and bare
domains, accepts zero-width characters in an address, and is several times as large. Jinja's `urlize` includes a
closing quote or a direction override.
"""

import regex
from markupsafe import Markup, escape

_BLANK = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Characters that have no width or change the direction of text.
_UNSEEN = r"\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"

# A host: labels of letters and digits (IDNA, UTS #46). The last one uses one script, as all top-level domains do, so
# that it does not include a word that follows without a space.
_LETTER = r"\p{L}\p{Nd}\p{Emoji_Presentation}"
# Possessive (`*+`): otherwise it takes quadratic time.
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
_DECEIT = regex.compile(rf"[{_UNSEEN}]+[A-Za-z0-9.:@-]|%")  # after a host
# The `@` stands in a lookahead: otherwise `regex` first looks for one in the whole rest of the text.
_USER = regex.compile(r"[\p{L}\p{M}\p{N}!$&'()*+,;=:%._~-]*(?=@)")

# A path ends at an invisible character, `<`, `>`, `"` (also escaped), `|`, `\`, a bracket that was not opened in it, or
# the punctuation of any script, except characters that occur inside words.
_STOP = regex.compile(
    rf"[{_BLANK}{_UNSEEN}<>\"|\\()\[\]{{}}\u2500-\u257f]|&(?:quot|apos|lt|gt|#34|#39);"
    r"|(?![\x00-\x7f·・་׳״‐])[\p{P}\p{Sm}]"
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_TRAILING = ".,:;!?'*~`([{"

LINK = Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>')


def with_links(text: str) -> Markup:
    """Returns the text as escaped HTML with clickable links."""
    if "://" not in text:  # as in most messages
        return escape(text)
    pieces = []
    shown = 0
    for start, end in find_links(text):
        pieces += [escape(text[shown:start]), LINK.format(text[start:end])]
        shown = end
    return Markup().join([*pieces, escape(text[shown:])])


def find_links(text: str) -> list[tuple[int, int]]:
    """Returns the start and end of each http(s) link, without the punctuation after it. Takes linear time."""
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
    """Returns the index of the first character that cannot be in a path, or of a bracket that closes an outer one."""
    awaited: list[str] = []
    for stop in _STOP.finditer(text, begin):
        char = stop[0]
        if char in _PAIRS:
            awaited.append(_PAIRS[char])
        elif not awaited or awaited.pop() != char:
            return stop.start()
    return len(text)
