"""Finds the formatting inside one line, as `static/js/lib/inlines.js` does: bold, italic, code and links.

Runs of signs are read from left to right. A run of backticks begins code if a run as long follows, with something
visible between. `**` and `_` begin where a visible character follows and no character of a word stands before, and end
the other way round; at most one of each is open. Signs that mean nothing stay as typed.
"""

from collections import defaultdict
from itertools import groupby
from typing import Any

import regex

from chatserver.web.rendering.links import find_links

# A string, or a dict with one entry: `bold` or `italic` with a list of inlines, `code` or `link` with a string.
Inline = str | dict[str, Any]

_SIGNS = regex.compile(r"\*+|_+|`+")
SEEN = regex.compile(r"[^\n\t \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# A character of a word. A script that is written without spaces has no inside of words.
_WORD = regex.compile(
    r"(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}"
    r"\p{Script=Myanmar}])[\p{L}\p{M}\p{N}]"
)
_NAMES = {"**": "bold", "_": "italic"}

# The open signs, the outermost first, each with the inlines that follow it; at the bottom '' for the line itself.
_Levels = list[tuple[str, list[Inline]]]


def find_inlines(line: str) -> list[Inline]:
    """Returns the inlines of one line, in order. Takes linear time: an inline moves up two levels at most."""
    levels: _Levels = [("", [])]
    links = iter([*find_links(line), (len(line) + 1, 0)])
    link = next(links)
    ticks = _ticks(line)
    place = 0
    while place < len(line):
        if link[0] < place:  # it began inside code
            link = next(links)
            continue
        if link[0] == place:
            levels[-1][1].append({"link": line[place : link[1]]})
            place = link[1]
            continue
        limit = min(link[0], len(line))
        found = _SIGNS.search(line, place, limit)
        if found is None or found.start() > place:
            end = found.start() if found else limit
            levels[-1][1].append(line[place:end])
            place = end
            continue
        sign, end = found[0], found.end()
        if sign[0] == "`" and (close := _closing(ticks, place, end)) and SEEN.search(line, end, close):
            levels[-1][1].append({"code": line[end:close]})
            place = close + len(sign)
            continue
        if sign in _NAMES:
            _emphasize(levels, sign, line[place - 1 : place], line[end : end + 1])
        else:
            levels[-1][1].append(sign)
        place = end
    while len(levels) > 1:
        _give_up(levels)
    return levels[0][1]


def _ticks(line: str) -> dict[int, list[int]]:
    """Returns where the runs of backticks begin, by their length, the last first."""
    runs: defaultdict[int, list[int]] = defaultdict(list)
    for run in reversed(list(_SIGNS.finditer(line))):
        if run[0][0] == "`":
            runs[len(run[0])].append(run.start())
    return runs


def _closing(ticks: dict[int, list[int]], start: int, end: int) -> int:
    """Returns where the next run of backticks as long as this one begins, 0 for none."""
    runs = ticks.get(end - start, [])
    while runs and runs[-1] <= start:
        runs.pop()
    return runs[-1] if runs else 0


def _emphasize(levels: _Levels, sign: str, before: str, after: str) -> None:
    """Begins or ends bold or italic at a sign between two characters, '' for none, or takes the sign as text."""
    is_open = any(level[0] == sign for level in levels)
    if is_open and _is_seen(before) and not _is_word(after, sign):
        while levels[-1][0] != sign:
            _give_up(levels)
        inlines = levels.pop()[1]
        levels[-1][1].append({_NAMES[sign]: joined(inlines)})
    elif not is_open and _is_seen(after) and not _is_word(before, sign):
        levels.append((sign, []))
    else:
        levels[-1][1].append(sign)


def _give_up(levels: _Levels) -> None:
    """Takes the last open sign as text."""
    sign, inlines = levels.pop()
    levels[-1][1].extend([sign, *inlines])


def _is_seen(char: str) -> bool:
    return SEEN.match(char) is not None


def _is_word(char: str, sign: str) -> bool:
    return _WORD.match(char) is not None or (sign == "_" and char == "_")


def joined(inlines: list[Inline]) -> list[Inline]:
    """Joins the strings that stand beside each other."""
    whole: list[Inline] = []
    for is_text, run in groupby(inlines, lambda inline: isinstance(inline, str)):
        if is_text:
            whole.append("".join(map(str, run)))
        else:
            whole.extend(run)
    return whole
