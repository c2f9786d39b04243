"""One row of the table of protections."""

from typing import NamedTuple


class Protection(NamedTuple):
    """`old` occurs once in `path`; if `new` replaces it, `test` fails."""

    name: str
    path: str
    old: str
    new: str
    test: str
