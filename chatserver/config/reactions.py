"""Validates REACTIONS, the emoji that people may react with."""

import unicodedata
from collections.abc import Iterator, Sequence

MOST = 12
MOST_CODE_POINTS = 16  # of one: flags of regions and couples of two skin tones have 7 and 10
JOINER = "\u200d"
TAGS = range(0xE0020, 0xE0080)  # the letters of a region's flag
REFUSED = {"Cc", "Cf", "Co", "Cs"}  # not Cn: emoji that this Python's Unicode does not know yet


def reaction_problems(reactions: Sequence[str]) -> Iterator[str]:
    """Yields a sentence for each mistake. Emoji are compared by code points, so look-alike ones may differ."""
    if len(reactions) > MOST:
        yield f"REACTIONS must be at most {MOST} emoji, not {len(reactions)}."
    if len(set(reactions)) < len(reactions):
        yield "REACTIONS must not have the same emoji twice."
    for emoji in reactions:
        if len(emoji) > MOST_CODE_POINTS or not all(map(_fits, emoji)):
            yield (
                f"REACTIONS must be emoji of at most {MOST_CODE_POINTS} code points each, separated by commas or "
                f"spaces, without letters, digits and control characters, not {emoji[:100]!r}."
            )


def _fits(char: str) -> bool:
    category = unicodedata.category(char)
    return char == JOINER or ord(char) in TAGS or (category[0] not in "LNZ" and category not in REFUSED)
