"""The formatting of texts, as the server parses and renders it."""

import sys
from html import unescape
from types import FrameType
from typing import Any

import pytest
import regex

from chatserver.web.rendering.formatting import parse, plain
from chatserver.web.rendering.texts import as_html
from tests.cases import cases

CASES = pytest.mark.parametrize("case", cases("format"), ids=lambda case: repr(case["text"])[:40])


@CASES
def test_formatting_is_parsed(case: dict[str, Any]) -> None:
    assert parse(case["text"]) == case["tree"]


@CASES
def test_a_preview_shows_a_text_without_formatting_marks(case: dict[str, Any]) -> None:
    assert plain(case["text"]) == case["plain"]


@CASES
def test_rendered_text_equals_the_preview(case: dict[str, Any]) -> None:
    assert unescape(regex.sub("<[^>]*>", "", as_html(case["text"]))) == case["plain"]


def test_each_kind_of_formatting_has_its_element() -> None:
    text = "**bold** _italic **both**_ `code`\n> quote `x`\n```sh\nls <a>\n```\nend"
    assert as_html(text) == (
        "<strong>bold</strong> <em>italic <strong>both</strong></em> <code>code</code>"
        "<span hidden>\n</span><blockquote>quote <code>x</code></blockquote>"
        "<span hidden>\n</span><pre><code>ls &lt;a&gt;</code></pre><span hidden>\n</span>end"
    )


def test_typed_html_is_escaped() -> None:
    script = "<script>alert(1)</script>"
    text = f"**{script}** _{script}_ `{script}`\n> {script}\n```\n{script}\n```"
    assert "<script" not in as_html(text)
    assert as_html(text).count("&lt;script&gt;") == 5


PIECES = [
    *("*", "**", "** ", "**a", "**a ", "_a ", "**a _b ", "a** ", "**_`"),
    *("`", "` ", "`a", "`a ``b ", "`` ` ", "` a` "),
    *("```\n", "```js\n", "```\n\n", "```\na\n", "````\n", "```js\n```\n", "```\n> a\n"),
    *("> \n", "> a\n", "> ```\n", "> a\nb\n", "\n", ">", "> ", ">\n", "> **_`\n"),
    *("http://a.example/` ", "http://a.example/_ _", "**http://a.example/** "),
]


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_rendering_a_text_twice_as_long_takes_twice_the_steps(piece: str) -> None:
    times = 1_000 // len(piece)
    assert steps(piece * 2 * times) < 2.2 * steps(piece * times)


@pytest.mark.parametrize("piece", ["*", "_", "`", "```\n", "> \n", "> a\n", "**_`"], ids=repr)
def test_rendering_the_longest_text_of_marks_takes_ten_times_the_steps_of_a_tenth(piece: str) -> None:
    times = 1_000 // len(piece)
    assert steps(piece * 10 * times) < 11 * steps(piece * times)


def steps(text: str) -> int:
    """Counts the lines of code that render a text, and the characters that each call returns."""
    count = 0

    def trace(_frame: FrameType, event: str, returned: Any) -> Any:
        nonlocal count
        count += len(returned) if event == "return" and hasattr(returned, "__len__") else 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        as_html(text)
        plain(text)
    finally:
        sys.settrace(before)
    return count
