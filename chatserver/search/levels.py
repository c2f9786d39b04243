"""Turns terms into what the index and the texts are asked: exactly, by parts of words, with typing errors.

Words come from PostgreSQL, which knows stems. The index is asked by the numbers of stems, a text by a tsquery, in which
each word stands in quotes, and which is only ever a parameter.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from chatserver.database.client import Database
from chatserver.search import typos
from chatserver.search.terms import Term

PART_FROM = 3  # letters of a part of a word
MAX_WORDS = 200  # like a word that are taken instead of it
MAX_BEGINNING = 200  # words that begin like the last one; with more of them, the texts alone decide
MAX_CHARS = 64  # of a word in the vocabulary
FRESH = 2000  # messages that are not indexed yet and are looked into


class TermWord(NamedTuple):
    """A word of a term (numbered from 1), as it is typed, by its stem, and by its number in the index; 0: none."""

    term: int
    word: str
    stem: str
    number: int


class SimilarWord(NamedTuple):
    """A word of the vocabulary, and the number of its stem; 0: it has none."""

    word: str
    stem: int


class Asked(NamedTuple):
    """A term as it is asked for.

    Of a text by its stems, or by its words (both are tsqueries, `words` '' for none). Of the index by the numbers of
    stems that may stand for each of its words; None for any. A text in which the regular expression `hint` is not found
    is no hit: it leaves out most texts at a tenth of the cost. `added`: the numbers that the closer way did not have.
    """

    stems: str
    words: str
    slots: list[list[int] | None]
    hint: str
    added: list[int]


class Phrase(NamedTuple):
    """A term with its words; `is_last`: its last word also stands for what begins with it."""

    words: list[TermWord]
    quoted: bool
    is_last: bool

    @property
    def single(self) -> str:
        """The word, if the term is one that may also be found by a part or with an error; else ''."""
        return self.words[0].word if len(self.words) == 1 and not self.quoted else ""


class Level(NamedTuple):
    """A way to ask for all terms; `without`: a tsquery of what a text must not have.

    What all `closer` terms find is left out: it was found before.
    """

    terms: list[Asked]
    without: str
    closer: list[Asked]


async def phrases_of(db: Database, terms: Sequence[Term]) -> tuple[list[Phrase], str]:
    """Returns the terms that have words, and the tsquery of those that a text must not have."""
    rows = await db.query("words_of_terms", TermWord, terms=[term.text for term in terms])
    words = {number: list(group) for number, group in groupby(rows, key=lambda row: row.term)}
    phrases = [
        Phrase(words[number], term.quoted, number == len(terms) and not term.quoted)
        for number, term in enumerate(terms, 1)
        if number in words and not term.without
    ]
    without = [_phrase(row.stem for row in words[n]) for n, term in enumerate(terms, 1) if term.without and n in words]
    return phrases, _any(without)


async def exactly(db: Database, phrases: Sequence[Phrase]) -> list[Asked]:
    """Returns how the terms are asked for exactly: each word in all its forms, the last one also by its beginning."""
    asked = []
    for phrase in phrases:
        slots: list[list[int] | None] = [[row.number] for row in phrase.words]
        words = ""
        if phrase.is_last:
            *_, last = phrase.words
            words = _phrase((row.word for row in phrase.words), beginning=True)
            begin = await db.query("stems_by_beginning", int, beginning=last.word, number=MAX_BEGINNING)
            slots[-1] = list({last.number, *begin}) if len(begin) < MAX_BEGINNING else None
        stems = [row.stem for row in phrase.words]
        asked.append(Asked(_phrase(stems), words, slots, r"\S*\W+".join(map(_hint, stems)), []))
    return asked


async def by_parts(db: Database, user_id: int, phrases: Sequence[Phrase], closer: Sequence[Asked]) -> list[Asked]:
    """Returns how the terms are asked for if a word may also be a part of another."""
    return [
        _extended(before, await _similar(db, user_id, phrase.single, [f"%{phrase.single}%"], -1))
        if len(phrase.single) >= PART_FROM
        else before._replace(added=[])
        for phrase, before in zip(phrases, closer, strict=True)
    ]


async def with_typos(db: Database, user_id: int, phrases: Sequence[Phrase], closer: Sequence[Asked]) -> list[Asked]:
    """Returns how the terms are asked for if a word may also have typing errors."""
    asked = []
    for phrase, before in zip(phrases, closer, strict=True):
        word = phrase.single
        if errors := typos.errors_allowed(word):
            found = await _similar(db, user_id, word, typos.patterns(word, errors), errors)
            asked.append(_extended(before, [one for one in found if typos.distance(word, one.word) <= errors]))
        else:
            asked.append(before._replace(added=[]))
    return asked


async def _similar(db: Database, user_id: int, word: str, patterns: list[str], errors: int) -> list[SimilarWord]:
    """Returns words that fit the patterns and differ by at most so many errors; -1: any number.

    Two exchanged letters are one error, and two of `levenshtein`.
    """
    if len(word) > MAX_CHARS:
        return []
    return await db.query(
        "similar_words",
        SimilarWord,
        user_id=user_id,
        patterns=patterns,
        word=word,
        letters=2 * errors if errors > 0 else -1,
        shortest=len(word) - max(errors, 0),
        longest=len(word) + errors if errors > 0 else MAX_CHARS,
        fresh=FRESH,
        number=10 * MAX_WORDS if errors > 0 else MAX_WORDS,
    )


def _extended(before: Asked, similar: Sequence[SimilarWord]) -> Asked:
    words = [before.words, *(_quoted(one.word) for one in similar)]
    slot = before.slots[0]
    added = {one.stem for one in similar}.difference(slot or ())
    slots = [slot and [*slot, *added]]
    hints = sorted({before.hint, *(_escaped(one.word) for one in similar)}, key=len)
    hint = "|".join(one for place, one in enumerate(hints) if not any(part in one for part in hints[:place]))
    return Asked(before.stems, _any(filter(None, words)), slots, hint, [*added])


def _hint(stem: str) -> str:
    """Returns a regular expression of what is in each word with this stem.

    A Russian stem is a beginning of its words; of an English one the last two letters may be others (`die`: dying).
    """
    return _escaped(stem[:-2] if stem.isascii() else stem)


def _escaped(text: str) -> str:
    return re.sub(r"(\W)", r"\\\1", text)


def _phrase(lexemes: Iterable[str], *, beginning: bool = False) -> str:
    return " <-> ".join(map(_quoted, lexemes)) + (":*" if beginning else "")


def _any(queries: Iterable[str]) -> str:
    return " | ".join(f"({query})" for query in queries)


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"
