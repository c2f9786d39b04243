"""Parts of pages that look the same each time: a message, a row of the list. Drawn once, kept a while, used again."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup

from chatserver.conversations.messages import Message
from chatserver.conversations.threads import Conversation
from chatserver.i18n import current_language

KEPT = 2048  # fragments, of 1 KiB or so each; of 6 KiB at the most
LONGEST = 200  # characters of a text that is kept
# A text beyond either is folded: characters, and line breaks.
FOLD_CHARACTERS = 1200
FOLD_LINES = 16

Words = Callable[[str], Markup]


def words(environment: jinja2.Environment) -> Words:
    """Draws `templates/partials/<name>.html`, which depends on nothing but the language."""
    return lambda name: _words(environment, current_language(), name)


@lru_cache
def _words(environment: jinja2.Environment, _language: str, name: str) -> Markup:
    return Markup(environment.get_template(f"partials/{name}.html").render())  # noqa: S704


class Viewer(NamedTuple):
    """Whose eyes a page is drawn for: the language, the zone and the habits of telling the time."""

    me_id: int
    language: str
    zone: ZoneInfo
    locale: str

    def today(self) -> date:
        return datetime.now(self.zone).date()


class FragmentContext(NamedTuple):
    """What a fragment depends on beside what it shows; those that tell days depend on today, too."""

    environment: jinja2.Environment
    viewer: Viewer
    today: date | None


class FragmentRenderer:
    """Draws what a page shows in number, as one person sees it."""

    def __init__(self, environment: jinja2.Environment, viewer: Viewer) -> None:
        self._me_id = viewer.me_id
        # The flag `own` says all that depends on the person: a fragment serves the others, too.
        self._scene = FragmentContext(environment, viewer._replace(me_id=0), None)
        self._scene_today = self._scene._replace(today=viewer.today())

    def conversations(self, rows: Sequence[Conversation]) -> Markup:
        drawn = [self._draw("conversation", row, row.sender_id == self._me_id) for row in rows]
        return _joined(drawn)

    def messages(
        self, messages: Sequence[Message], read_seq: int, seen_seq: int, asked_for: int | None = None
    ) -> Markup:
        """A chat's messages, with the days between them and a line before the first that is new to the viewer, if the
        place where they left off is among these.

        Messages of one person in one minute belong together. `read_seq` is how far the viewer has read, `seen_seq`
        how far all the others have. `asked_for` is the number of the message that has the focus, so that it is in view
        without scripts, too; 0: the first that is new.
        """
        me_id, zone = self._me_id, self._scene.viewer.zone
        parts: list[Markup] = []
        minutes = [(message.sender_id, int(message.sent_at.timestamp()) // 60) for message in messages]
        days = [message.sent_at.astimezone(zone).toordinal() for message in messages]
        left_off_here = bool(messages) and messages[0].seq <= read_seq + 1
        unread = (m.seq for m in messages if left_off_here and m.seq > read_seq and m.sender_id != me_id)
        news = next(unread, 0)
        together = [
            place > 0
            and minutes[place] == minutes[place - 1]
            and days[place] == days[place - 1]
            and messages[place].seq != news
            for place in range(len(messages))
        ] + [False]
        for place, message in enumerate(messages):
            if place == 0 or days[place] != days[place - 1]:
                parts.append(self._draw("day", message.sent_at))
            if message.seq == news:
                parts.append(self._draw("unread_line", None))
            own = message.sender_id == me_id
            seen = own and message.seq <= seen_seq
            focused = message.seq == (news if asked_for == 0 else asked_for)
            parts.append(self._draw("message", message, own, seen, together[place], together[place + 1], focused))
        return _joined(parts)

    def _draw(self, name: str, item: Any, *flags: bool) -> Markup:
        """`flags`: own, seen, continues, continued, focused, as far as the template asks for them."""
        draw = _draw.__wrapped__ if isinstance(item, Message) and len(item.text) > LONGEST else _draw
        scene = self._scene if name == "message" else self._scene_today
        return draw(scene, name, item, flags)


@lru_cache(KEPT)
def _draw(scene: FragmentContext, name: str, item: Any, flags: tuple[bool, ...]) -> Markup:
    how = dict(zip(("own", "seen", "continues", "continued", "focused"), flags, strict=False))
    context = {name: item, "viewer": scene.viewer, "today": scene.today, **how}
    return Markup(scene.environment.get_template(f"partials/{name}.html").render(context))  # noqa: S704


def _joined(parts: list[Markup]) -> Markup:
    """As Markup's own join, which escapes each part once more: 0.3 ms a page. mypy sees that all are HTML."""
    return Markup("\n".join(parts))  # noqa: S704


def is_long(text: str) -> bool:
    """Whether a text is folded at first."""
    return len(text) > FOLD_CHARACTERS or text.count("\n") > FOLD_LINES
