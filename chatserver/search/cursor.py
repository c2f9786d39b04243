"""The cursor of a page of results: where the next one begins, signed for one person and one query."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chatserver.errors import ChatError
from chatserver.search.finding import LAST_MOMENT, Place

KINDS = ("", "part", "typo", "layout")  # in the order of results; "": exactly as typed
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Cursor(NamedTuple):
    """`kind`: the way of searching; `exact`: how many exact hits there were, as far as it matters; `hits`: any hits."""

    kind: str = ""
    exact: int = 0
    hits: bool = False
    place: Place = Place()


class CursorSigner:
    """Signs cursors, so that one of another person or another query is refused."""

    def __init__(self, secret_keys: Sequence[str], user_id: int, query: Sequence[str]) -> None:
        self._keys = secret_keys
        self._about = json.dumps([user_id, *query])

    def write(self, cursor: Cursor) -> str:
        """Returns the cursor as text for an address."""
        place = cursor.place
        moment = -1 if place.at == LAST_MOMENT else (place.at - _EPOCH) // timedelta(microseconds=1)
        numbers = (KINDS.index(cursor.kind), cursor.exact, int(cursor.hits), moment, place.thread_id, place.seq)
        text = ".".join(map(str, numbers))
        return f"{text}.{self._signature(self._keys[0], text)}"

    def read(self, raw: str) -> Cursor:
        """Returns the cursor; an empty one begins at the newest message. Raises ChatError `bad_frame`."""
        if not raw:
            return Cursor()
        text, _, signature = raw.rpartition(".")
        given = signature.encode("utf-8", "replace")
        if not any(hmac.compare_digest(self._signature(key, text).encode(), given) for key in self._keys):
            raise ChatError("bad_frame")
        kind, exact, hits, moment, thread_id, seq = map(int, text.split("."))
        at = LAST_MOMENT if moment == -1 else _EPOCH + timedelta(microseconds=moment)
        return Cursor(KINDS[kind], exact, bool(hits), Place(at, thread_id, seq))

    def _signature(self, key: str, text: str) -> str:
        signed = f"search:{self._about}:{text}".encode("utf-8", "replace")
        return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()[:32]
