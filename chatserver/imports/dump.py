"""Reads what `manage.py dumpdata --format jsonl` wrote: an object a line, in any order."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from chatserver.imports.staging import Staging
from chatserver.imports.values import SourceError

LONGEST = 2**20  # bytes of a line
BOM = b"\xef\xbb\xbf"


def read_dump(path: Path, staging: Staging, column: str | None) -> None:
    """Reads the lines of the original's models; a line that cannot be read is listed. Raises SourceError."""
    with path.open("rb") as file:
        for number, line in _lines(file):
            if number == 1 and line is not None and line.removeprefix(BOM).lstrip().startswith(b"["):
                raise SourceError(f"{path} is one list: write it with `manage.py dumpdata --format jsonl`.")
            if line is None:
                staging.list_broken(number, f"it is longer than {LONGEST} bytes")
            elif line.strip():
                _read_line(number, line, staging, column)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yields each line with its number; None for one that is too long, of which only a part is in memory at once."""
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line.rstrip(b"\n")) <= LONGEST:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST)
        yield number, None


def _read_line(number: int, line: bytes, staging: Staging, column: str | None) -> None:
    try:
        row = json.loads(line.removeprefix(BOM))
        model, key, fields = row["model"], row.get("pk"), dict(row["fields"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        staging.list_broken(number, "it is no object of dumpdata")
        return
    match model:
        case "auth.user":
            subject = fields.get(column) if column else key
            staging.add_person(key, fields.get("username"), fields.get("is_active"), subject, line=number)
        case "privatemessages.thread":
            staging.add_thread(key, line=number)
            _read_seats(number, key, fields.get("participants"), staging)
        case "privatemessages.thread_participants":  # of a copy with a model of its own for it
            staging.add_seat(fields.get("thread"), fields.get("user"), line=number)
        case "privatemessages.message":
            values = (fields.get(name) for name in ("thread", "sender", "datetime", "text"))
            staging.add_message(key, *values, line=number)


def _read_seats(number: int, thread: Any, people: Any, staging: Staging) -> None:
    if not isinstance(people, list):
        staging.list_broken(number, "its participants are no list")
        return
    for person in people:
        staging.add_seat(thread, person, line=number)
