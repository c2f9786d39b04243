"""Links in texts, as the server renders them."""

from time import thread_time
from typing import Any

import pytest

from chatserver.web.rendering.links import find_links, with_links
from tests.cases import cases, whole


@pytest.mark.parametrize("case", cases("links"), ids=lambda case: str(case["text"])[:40])
def test_the_links_in_a_text_are_found(case: dict[str, Any]) -> None:
    text = whole(case["text"])
    assert [text[start:end] for start, end in find_links(text)] == [whole(link) for link in case["links"]]


@pytest.mark.parametrize(
    ("begin", "pieces", "end"),
    [
        ("", [" "], ""),
        ("", ["http"], ""),
        ("", ["http://"], ""),
        ("", ["http://a "], ""),
        ("", ["http://a)"], ""),
        ("", ["http://a("], ""),
        ("http://a.example/", ["x"], ""),
        ("http://a.example/", ["."], ""),
        ("http://a.example/", ["."], "x"),
        ("http://a.example/", ["("], ""),
        ("http://a.example/", [")"], ""),
        ("http://a.example/", ["()"], ""),
        ("http://a.example/", ["(]"], ""),
        ("http://a.example/", ["(", ")"], ""),
        ("", ["http://a@"], ""),
        ("", ["http://a\u200b"], ""),
        ("http://", ["a."], ""),
        ("http://", ["a-"], "."),
        ("http://", ["a_"], "@"),
        ("http://", ["я"], "a"),
        ("http://", ["яa"], ""),
        ("http://", ["1"], ":"),
        ("http://a", ["\u200b"], "."),
        ("http://a/", ["&quot"], ""),
    ],
    ids=str,
)
def test_the_work_of_finding_links_grows_linearly(begin: str, pieces: list[str], end: str) -> None:
    """A text 16 times as long takes 16 times the work; if each piece were read again, it would take 256 times."""
    short, long = (
        begin + "".join(piece * (size // len(pieces) // len(piece)) for piece in pieces) + end
        for size in (100_000 // 16, 100_000)
    )
    assert cpu_time(long) < 64 * cpu_time(short)


def cpu_time(text: str) -> float:
    """Returns the least of five measurements, without the time of other processes."""
    return min(_cpu_time(text) for _ in range(5))


def _cpu_time(text: str) -> float:
    start = thread_time()
    find_links(text)
    return thread_time() - start


def test_a_link_sends_no_referrer() -> None:
    assert with_links("see http://example.org/?a=1&b='2' <now>") == (
        'see <a href="http://example.org/?a=1&amp;b=&#39;2" rel="noopener noreferrer nofollow" target="_blank">'
        "http://example.org/?a=1&amp;b=&#39;2</a>&#39; &lt;now&gt;"
    )


def test_a_text_without_links_is_only_escaped() -> None:
    assert with_links('<a href="javascript:alert(1)">&') == "&lt;a href=&#34;javascript:alert(1)&#34;&gt;&amp;"
