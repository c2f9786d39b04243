"""One line of a message around the words that were found, which are marked."""

import re
import unicodedata
from typing import NamedTuple

import regex

BEFORE, LENGTH = 40, 160  # characters before the first marked word, and in all

_WORD = regex.compile(r"[^\W_]+(?:[\p{M}\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+[^\W_]*)*")
_INVISIBLE = re.compile("[\u0300\u0301\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")


class Piece(NamedTuple):
    """A part of a line; `is_match`: a word that was found."""

    text: str
    is_match: bool


def snippet_of(text: str, words: set[str]) -> list[Piece]:
    """Returns the line as parts in order. `words` are as PostgreSQL's function `search_text` leaves them."""
    matches = [match.span() for match in _WORD.finditer(text) if _folded(match[0]) in words]
    start = _start(text, matches[0][0] - BEFORE) if matches else 0
    end = _end(text, start + LENGTH)
    pieces, place = [], start
    for first, last in matches:
        if first >= start and last <= end:
            pieces += [Piece(text[place:first], False), Piece(text[first:last], True)]
            place = last
    pieces.append(Piece(text[place:end], False))
    if start:
        pieces.insert(0, Piece("…", False))
    if end < len(text):
        pieces.append(Piece("…", False))
    return _joined(pieces)


def _folded(word: str) -> str:
    composed = unicodedata.normalize("NFKC", word)
    return _INVISIBLE.sub("", composed).lower().replace("ё", "е")


def _start(text: str, at: int) -> int:
    """Returns the beginning of a word near a place; of a very long word less than of others."""
    if at <= 0:
        return 0
    space = _SPACE.search(text, at, at + BEFORE // 2)
    return space.end() if space else at + BEFORE // 2


def _end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - BEFORE // 2, at)
    return space if space > 0 else at


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Joins neighbors that are not marked; a line has no line ends."""
    joined: list[Piece] = []
    for piece in pieces:
        text = _SPACE.sub(" ", piece.text)
        if not text:
            continue
        if joined and not piece.is_match and not joined[-1].is_match:
            joined[-1] = Piece(joined[-1].text + text, False)
        else:
            joined.append(Piece(text, piece.is_match))
    return joined
