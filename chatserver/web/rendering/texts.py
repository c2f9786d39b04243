"""Draws the texts of messages as HTML, as `static/js/lib/formatted.js` does with nodes.

The text of what is drawn, signs left out, is always `plain(text)`.
"""

from typing import Any

from markupsafe import Markup

from chatserver.web.rendering.formatting import SIGN, Block, parse
from chatserver.web.rendering.inlines import Inline
from chatserver.web.rendering.links import LINK, with_links

# Blocks break lines by themselves, but copied text needs the character.
_BETWEEN = Markup("<span hidden>\n</span>")
_INLINES = {
    "bold": Markup("<strong>{}</strong>"),
    "italic": Markup("<em>{}</em>"),
    "code": Markup("<code>{}</code>"),
    "link": LINK,
}


def as_html(text: str) -> Markup:
    """Returns the text as escaped HTML, with its formatting and clickable links."""
    if not SIGN.search(text):
        return with_links(text)
    return _BETWEEN.join(map(_block, parse(text)))


def _block(block: Block) -> Markup:
    ((kind, content),) = block.items()
    if kind == "code":
        return Markup("<pre><code>{}</code></pre>").format(content)
    return Markup("<blockquote>{}</blockquote>").format(_html(content)) if kind == "quote" else _html(content)


def _html(inlines: list[Inline]) -> Markup:
    return Markup().join(inline if isinstance(inline, str) else _inline(inline) for inline in inlines)


def _inline(inline: dict[str, Any]) -> Markup:
    ((kind, content),) = inline.items()
    return _INLINES[kind].format(content if isinstance(content, str) else _html(content))
