"""The words of a full name, by whose beginnings a person is found."""

import regex

from chatserver.accounts.names import name_key

MAX_WORDS = 10
MAX_CHARS = 200
_WORD = regex.compile(r"[\p{L}\p{M}\p{Nd}]+")


def words_of(full_name: str) -> list[str]:
    """Returns the words, without case, each once."""
    return list(dict.fromkeys(_WORD.findall(name_key(full_name[:MAX_CHARS]))))[:MAX_WORDS]
