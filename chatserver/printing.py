"""Prints to terminals and pipes of any charset: unsupported characters are escaped."""

import json
import sys
from io import TextIOWrapper


def speak_in_any_charset() -> None:
    """Makes every print succeed: Python escapes unsupported characters by default on stderr only."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None if there is no such stream
            stream.reconfigure(errors="backslashreplace")


def print_json(value: object) -> None:
    """Prints one line of JSON, with JSON's own escapes if the charset lacks a character."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        line = json.dumps(value)
    print(line)
