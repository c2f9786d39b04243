"""Texts of made-up words, as frequent as words of a language are: for the search.

The frequency of the word at rank r falls as 1/(r + 2.7) among the 8,000 most frequent, and as 1/r² among the others
(two regimes: Ferrer i Cancho and Solé, 2001). Words have forms, as in Russian and English; frequent ones are short.
These shapes were chosen after lists of frequencies; no list is needed.
"""

import itertools
import random
from collections.abc import Iterator

BREAK, VOCABULARY = 8000, 150_000  # ranks: of the change of regime, and the last
SPREAD = 0.7  # of the number of words of a message, whose median is 7.4
LETTERS = {"ru": "оеаинтсрвлкмдпуяызбгчйхжшюц", "en": "etaoinshrdlcumwfgypbvk"}
ENDINGS = {
    "ru": ("", "а", "у", "ом", "е", "ы", "ами", "ов", "ый", "ая", "ого", "ые", "ать", "ает", "ил", "ение"),
    "en": ("", "s", "ed", "ing"),
}
SHARE = {"ru": 0.7, "en": 0.3}  # of messages


class Language:
    """The words of a language by rank, the most frequent first."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self._chance = chance
        self.words = list(itertools.islice(_words(name, chance), VOCABULARY))
        frequencies = (1 / (rank + 2.7) * min(1, BREAK / (rank + 1)) for rank in range(VOCABULARY))
        self._sums = list(itertools.accumulate(frequencies))

    def text(self) -> str:
        """Returns a message."""
        number = max(1, round(self._chance.lognormvariate(2.0, SPREAD)))
        return " ".join(self._chance.choices(self.words, cum_weights=self._sums, k=number)).capitalize()


def languages() -> dict[str, Language]:
    """Returns both languages, the same in every run."""
    return {name: Language(name, random.Random(number)) for number, name in enumerate(SHARE)}


def texts(spoken: dict[str, Language], number: int) -> list[str]:
    """Returns so many messages in both languages."""
    names = random.Random(7).choices(list(SHARE), list(SHARE.values()), k=number)
    return [spoken[name].text() for name in names]


def _words(name: str, chance: random.Random) -> Iterator[str]:
    """Yields different words; the later, the longer."""
    seen: set[str] = set()
    for made in itertools.count():
        length = max(1, round(chance.gauss(1.5 + (made + 1) ** 0.17, 1.2)))
        stem = "".join(chance.choices(LETTERS[name], k=length))
        for ending in ("",) if made < 100 else chance.sample(ENDINGS[name], 3):
            if (word := stem + ending) not in seen:
                seen.add(word)
                yield word
