"""Words that differ from a typed one by a typing error: a letter missing, too many, another, or two exchanged."""

FROM = 4  # letters of a word that may have an error
TWO_FROM = 8  # letters of one that may have two


def errors_allowed(word: str) -> int:
    """Returns how many errors a word may have; numbers have none."""
    if len(word) < FROM or not word.isalpha():
        return 0
    return 2 if len(word) >= TWO_FROM else 1


def patterns(word: str, errors: int) -> list[str]:
    """Returns LIKE patterns that any word with so many errors fits: an error leaves the part of the word beside it.

    A word of two parts with one error keeps one of them whole; of three parts with two errors it keeps one. Only two
    letters exchanged where parts meet spoil both: therefore the word is also tried with these exchanged.
    """
    if errors == 1:
        middle = len(word) // 2
        return [f"{word[:middle]}%", f"%{word[middle:]}", _exchanged(word, middle)]
    first, second = (len(word) + 1) // 3, (len(word) + 1) // 3 + max(3, len(word) // 3)
    found = [f"{word[:first]}%", f"%{word[first:second]}%", f"%{word[second:]}"]
    for place in (first, second):
        found += patterns(_exchanged(word, place), 1)
    return found


def _exchanged(word: str, place: int) -> str:
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def distance(one: str, other: str) -> int:
    """Returns the number of errors between two words: the optimal string alignment distance."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, there in enumerate(other, 1):
            cost = min(last[column] + 1, here[-1] + 1, last[column - 1] + (letter != there))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == there:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        before, last = last, here
    return last[-1]
