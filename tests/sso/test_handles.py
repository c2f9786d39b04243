"""What a site calls its people becomes a name by which others can write to them."""

from itertools import islice

import pytest

from chatserver.sso.handles import handle_of, numbered


@pytest.mark.parametrize(
    ("told", "handle"),
    [
        ("Ana", "Ana"),
        ("  Ana Maria  de la Cruz ", "Ana.Maria.de.la.Cruz"),
        ("ana@example.org", "ana"),
        ("ana.b+news@example.org", "ana.b.news"),
        ("ana@", "ana"),
        ("@ana", "ana"),
        ("ana@b@c", "ana.b.c"),
        ("Аня Петрова", "Аня.Петрова"),
        ("Ａｎａ", "Ana"),
        ("Zoë O’Brien", "Zoë.O.Brien"),
        ("_.-ana-._", "ana"),
        ("ana 🌸🌸 maria", "ana.maria"),
        ("李明", "李明"),
        ("a" * 150, "a" * 30),
        ("a" * 29 + " b", "a" * 29),
    ],
)
def test_a_name_becomes_a_handle(told: str, handle: str) -> None:
    assert handle_of(told) == handle


@pytest.mark.parametrize("told", ["", "  ", "ab", "🌸", "...", "ab@example.org", "Аna", "\u200b\u200b\u200b"])
def test_what_makes_no_valid_name_makes_no_handle(told: str) -> None:
    assert handle_of(told) is None


def test_endings_are_counted_and_cut_to_fit() -> None:
    assert list(islice(numbered("ana"), 3)) == ["ana", "ana.2", "ana.3"]
    assert list(islice(numbered("a" * 27 + ".bc"), 2))[1] == "a" * 27 + ".2"
    assert len(list(islice(numbered("a" * 30), 100))[99]) == 30
