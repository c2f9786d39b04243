"""Single values of a source: ids, times and texts, which may be of any kind there."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chatserver.errors import ChatError, CommandError
from chatserver.validation import UNSTORABLE, clean_text

LARGEST = 2**63 - 1  # bigint
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class SourceError(CommandError):
    """The source cannot be imported as it is; one sentence."""


class Broken(Exception):
    """A row or line cannot be read; the reason quotes nothing of it."""


def read_id(value: object, what: str) -> int:
    """Returns an id. Raises Broken."""
    if type(value) is not int or not 0 < value <= LARGEST:
        raise Broken(f"its {what} is no id")
    return value


def read_time(value: object, zone: ZoneInfo | None) -> int:
    """Returns a time of ISO 8601 in microseconds since 1970; one without a zone is of `zone`.

    Raises Broken, and SourceError if it has no zone and none is given.
    """
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Broken("its time cannot be read") from None
    if moment.tzinfo is None:
        if zone is None:
            raise SourceError("The times of the source have no zone: name it by --time-zone, such as Europe/Moscow.")
        moment = moment.replace(tzinfo=zone)
    try:
        return (moment - _EPOCH) // _MICROSECOND
    except OverflowError:  # next to the year 1 or 9999
        raise Broken("its time cannot be read") from None


def read_text(value: object, max_chars: int) -> tuple[str, list[str]]:
    """Returns a message's text as it is stored, '' if nothing visible is left, and what was done to it.

    Raises Broken.
    """
    if not isinstance(value, str):
        raise Broken("its text is no text")
    done = []
    text = UNSTORABLE.sub("", value)
    if text != value:
        done.append("characters that cannot be stored were left out")
    try:
        return clean_text(text, max_chars), done
    except ChatError as error:
        if error.code != "too_long":
            return "", done
    try:
        return clean_text(clean_text(text, 0)[:max_chars], 0), [*done, f"cut to {max_chars} characters"]
    except ChatError:  # nothing visible in front of the cut
        return "", done
