"""Finds the formatting of texts, as `static/js/lib/format.js` does; both are tested with `tests/cases/format.json`.

A text is a list of blocks: `{"text": inlines}`, `{"quote": inlines}` and `{"code": text}`; `inlines.py` tells what an
inline is. Code stands between a line of three backticks, perhaps with the name of a language, and the next line of
three backticks. Neighboring lines that begin with `> ` are a quote. Takes linear time.

No library: Markdown has headings, lists, pictures and HTML, which a chat does not want, joins lines that a person has
parted, and reads `snake_case` and `2**10` in ways that differ between its implementations.
"""

import re
from typing import Any

import regex

from chatserver.web.rendering.inlines import SEEN, Inline, find_inlines, joined

Block = dict[str, Any]

SIGN = re.compile("[*_`>]")  # a text without any has no formatting
_FENCE = regex.compile(r"```[A-Za-z0-9+#._-]{0,20}")


def parse(text: str) -> list[Block]:
    """Returns the blocks of a text. Signs that mean nothing stay in it as typed."""
    lines = text.split("\n")
    ends = _fence_ends(lines)
    blocks: list[Block] = []
    plain_lines: list[str] = []

    def end_text() -> None:
        if plain_lines:
            blocks.append({"text": _inlines_of(plain_lines)})
            plain_lines.clear()

    place = 0
    while place < len(lines):
        if end := ends[place]:
            end_text()
            blocks.append({"code": "\n".join(lines[place + 1 : end])})
            place = end + 1
            continue
        begin = place
        while place < len(lines) and not ends[place] and _is_quote(lines[place]):
            place += 1
        quoted = [line[2:] for line in lines[begin:place]]
        if any(map(SEEN.search, quoted)):
            end_text()
            blocks.append({"quote": _inlines_of(quoted)})
        elif quoted:
            plain_lines += lines[begin:place]
        else:
            plain_lines.append(lines[place])
            place += 1
    end_text()
    return blocks


def _fence_ends(lines: list[str]) -> list[int]:
    """Returns for each line the line that closes the fence which it opens, 0 for none."""
    ends = [0] * len(lines)
    close = 0
    for place in range(len(lines) - 1, -1, -1):
        if close and _FENCE.fullmatch(lines[place]):
            ends[place] = close
        if lines[place] == "```":
            close = place
    place = 0
    while place < len(lines):  # a fence inside a fence opens nothing; an empty fence is not a fence
        end = ends[place]
        if end and not any(map(SEEN.search, lines[place + 1 : end])):
            ends[place] = 0
        elif end:
            ends[place + 1 : end + 1] = [0] * (end - place)
            place = end
        place += 1
    return ends


def _is_quote(line: str) -> bool:
    return line == ">" or line.startswith("> ")


def _inlines_of(lines: list[str]) -> list[Inline]:
    """Returns the inlines of several lines: nothing that begins in one line ends in another."""
    inlines: list[Inline] = []
    for place, line in enumerate(lines):
        if place:
            inlines.append("\n")
        inlines += find_inlines(line)
    return joined(inlines)


def plain(text: str) -> str:
    """Returns the text without the signs of its formatting: for previews."""
    if not SIGN.search(text):
        return text
    return "\n".join(map(_plain, parse(text)))


def _plain(part: Block | Inline) -> str:
    if isinstance(part, str):
        return part
    ((_, content),) = part.items()
    return content if isinstance(content, str) else "".join(map(_plain, content))
