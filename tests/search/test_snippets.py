"""The line of a message around the words that were found."""

from chatserver.search.snippets import snippet_of


def test_a_very_long_word_before_the_one_that_was_found_does_not_push_it_off_the_line() -> None:
    before, found = snippet_of("x" * 200 + " mill", {"mill"})
    assert (before.text, found) == ("…" + "x" * 19 + " ", ("mill", True))


def test_a_line_begins_with_a_whole_word_where_words_are_short() -> None:
    before, found = snippet_of("We met by the river, and then we went on along the road to the mill", {"mill"})
    assert (before.text, found) == ("…then we went on along the road to the ", ("mill", True))
