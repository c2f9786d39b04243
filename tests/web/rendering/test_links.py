"""Links in texts, as the server draws them."""

from itertools import repeat
from time import perf_counter
from typing import Any

import pytest

from chatserver.web.rendering.links import find_links, with_links
from tests.cases import cases, whole


@pytest.mark.parametrize("case", cases("links"), ids=lambda case: str(case["text"])[:40])
def test_the_links_in_a_text_are_found(case: dict[str, Any]) -> None:
    text = whole(case["text"])
    assert [text[start:end] for start, end in find_links(text)] == [whole(link) for link in case["links"]]


@pytest.mark.parametrize(
    ("begin", "piece", "end"),
    [
        ("", " ", ""),
        ("", "http", ""),
        ("", "http://", ""),
        ("", "http://a ", ""),
        ("", "http://a)", ""),
        ("", "http://a(", ""),
        ("http://a.example/", "x", ""),
        ("http://a.example/", ".", ""),
        ("http://a.example/", ".", "x"),
        ("http://a.example/", "(", ""),
        ("http://a.example/", ")", ""),
        ("http://a.example/", "()", ""),
        ("http://a.example/", "(]", ""),
        ("http://a.example/" + "(" * 50_000, ")", ""),
        ("", "http://a@", ""),
        ("", "http://a\u200b", ""),
        ("http://", "a.", ""),
        ("http://", "a-", "."),
        ("http://", "a_", "@"),
        ("http://", "я", "a"),
        ("http://", "яa", ""),
        ("http://", "1", ":"),
        ("http://a", "\u200b", "."),
        ("http://a/", "&quot", ""),
    ],
    ids=lambda part: part[:20],
)
def test_links_are_found_in_100_kb_of_anything_in_linear_time(begin: str, piece: str, end: str) -> None:
    """It takes some 10 ms; what goes through the text again for each piece would take minutes."""
    text = (begin + piece * 100_000)[:100_000] + end
    assert min(map(seconds, repeat(text, 5))) < 1


def seconds(text: str) -> float:
    start = perf_counter()
    find_links(text)
    return perf_counter() - start


def test_a_link_is_drawn_without_a_word_to_where_it_leads() -> None:
    assert with_links("see http://example.org/?a=1&b='2' <now>") == (
        'see <a href="http://example.org/?a=1&amp;b=&#39;2" rel="noopener noreferrer nofollow" target="_blank">'
        "http://example.org/?a=1&amp;b=&#39;2</a>&#39; &lt;now&gt;"
    )


def test_a_text_without_links_is_only_escaped() -> None:
    assert with_links('<a href="javascript:alert(1)">&') == "&lt;a href=&#34;javascript:alert(1)&#34;&gt;&amp;"
