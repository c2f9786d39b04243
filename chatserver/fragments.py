"""Parts of pages that look the same each time: a message, a row of the list. Drawn once, kept a while, used again."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from chatserver.i18n import current_language
from chatserver.messages import Message
from chatserver.threads import Conversation

KEPT = 2048  # fragments, of 1 KiB or so each; of 6 KiB at the most
LONGEST = 200  # characters of a text that is kept
# A text beyond either is folded: characters, and line breaks.
FOLD_CHARACTERS = 1200
FOLD_LINES = 16

Words = Callable[[str], Markup]


def words(environment: jinja2.Environment) -> Words:
    """Draws `templates/<name>.html`, which depends on nothing but the language."""
    return lambda name: _words(environment, current_language(), name)


@lru_cache
def _words(environment: jinja2.Environment, _language: str, name: str) -> Markup:
    return Markup(environment.get_template(f"{name}.html").render())  # noqa: S704


class Viewer(NamedTuple):
    """Whose eyes a page is drawn for: the language, the zone and the habits of telling the time."""

    me_id: int
    language: str
    zone: ZoneInfo
    locale: str

    def today(self) -> date:
        return datetime.now(self.zone).date()


class Drawing:
    """Draws what a page shows in number, as one person sees it."""

    def __init__(self, environment: jinja2.Environment, viewer: Viewer) -> None:
        self._environment = environment
        self._viewer = viewer

    def conversations(self, rows: Sequence[Conversation]) -> Markup:
        today = self._viewer.today()
        return Markup("\n").join(
            [self._draw("conversation", row, own=row.sender_id == self._viewer.me_id, today=today) for row in rows]
        )

    def messages(self, messages: Sequence[Message], read_seq: int, seen_seq: int) -> Markup:
        """A chat's messages, with the days between them and a line before the first that is new to the viewer.

        Messages of one person in one minute belong together. `read_seq` is how far the viewer has read, `seen_seq`
        how far all the others have.
        """
        me_id, zone, today = self._viewer.me_id, self._viewer.zone, self._viewer.today()
        parts: list[Markup] = []
        minutes = [(message.sender_id, int(message.sent_at.timestamp()) // 60) for message in messages]
        days = [message.sent_at.astimezone(zone).date() for message in messages]
        news = next((m.seq for m in messages if m.seq > read_seq and m.sender_id != me_id), 0)
        together = [
            place > 0
            and minutes[place] == minutes[place - 1]
            and days[place] == days[place - 1]
            and messages[place].seq != news
            for place in range(len(messages))
        ] + [False]
        for place, message in enumerate(messages):
            if place == 0 or days[place] != days[place - 1]:
                parts.append(self._draw("day", message.sent_at, today=today))
            if message.seq == news:
                parts.append(self._draw("unread_line", None))
            own = message.sender_id == me_id
            seen = own and message.seq <= seen_seq
            parts.append(
                self._draw(
                    "message", message, own=own, seen=seen, continues=together[place], continued=together[place + 1]
                )
            )
        return Markup("\n").join(parts)

    def _draw(self, name: str, item: Any, **how: Any) -> Markup:
        draw = _draw.__wrapped__ if isinstance(item, Message) and len(item.text) > LONGEST else _draw
        viewer = self._viewer._replace(me_id=0)  # `own` says all that depends on the person
        return draw(self._environment, viewer, name, item, tuple(how.items()))


@lru_cache(KEPT)
def _draw(
    environment: jinja2.Environment, viewer: Viewer, name: str, item: Any, how: tuple[tuple[str, Any], ...]
) -> Markup:
    fragment = environment.get_template(f"{name}.html").render({name: item, "viewer": viewer, **dict(how)})
    return Markup(fragment)  # noqa: S704


def is_long(text: str) -> bool:
    """Whether a text is folded at first."""
    return len(text) > FOLD_CHARACTERS or text.count("\n") > FOLD_LINES
