"""What one row of the protections says."""

from typing import NamedTuple


class Protection(NamedTuple):
    """`old` stands once in `path`; with `new` in its place, `test` fails."""

    name: str
    path: str
    old: str
    new: str
    test: str
