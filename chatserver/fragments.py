"""Parts of pages that look the same each time: a message, a row of the list. Drawn once, kept a while, used again."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from chatserver.i18n import current_language
from chatserver.messages import Message
from chatserver.threads import Conversation

KEPT = 2048  # fragments, of 1 KiB or so each; of 6 KiB at the most
LONGEST = 200  # characters of a text that is kept

Words = Callable[[str], Markup]
Draw = Callable[[str, Sequence[Message | Conversation]], Markup]


def words(environment: jinja2.Environment) -> Words:
    """Draws `templates/<name>.html`, which depends on nothing but the language."""
    return lambda name: _words(environment, current_language(), name)


@lru_cache
def _words(environment: jinja2.Environment, _language: str, name: str) -> Markup:
    return Markup(environment.get_template(f"{name}.html").render())  # noqa: S704


def drawing(environment: jinja2.Environment, zone: ZoneInfo, me_id: int) -> Draw:
    """Draws `templates/<name>.html` for each of several things under its name, as the person `me_id` sees it."""

    def draw(name: str, items: Sequence[Message | Conversation]) -> Markup:
        language = current_language()
        return Markup("\n").join(
            [_drawer(item)(environment, language, zone, name, item, item.sender_id == me_id) for item in items]
        )

    return draw


def _drawer(item: Message | Conversation) -> Callable[..., Markup]:
    return _draw.__wrapped__ if isinstance(item, Message) and len(item.text) > LONGEST else _draw


@lru_cache(KEPT)
def _draw(
    environment: jinja2.Environment, _language: str, zone: ZoneInfo, name: str, item: Message | Conversation, own: bool
) -> Markup:
    fragment = environment.get_template(f"{name}.html").render({name: item, "own": own, "zone": zone})
    return Markup(fragment)  # noqa: S704
