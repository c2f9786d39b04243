"""What is printed, to terminals and pipes of any charset: letters that one lacks are written as escapes."""

import json
import sys
from io import TextIOWrapper


def speak_in_any_charset() -> None:
    """Lets no print fail. Python does so for stderr alone."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where there is nobody to speak to
            stream.reconfigure(errors="backslashreplace")


def print_json(value: object) -> None:
    """Prints one line of JSON, with JSON's own escapes for letters that the charset lacks."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        line = json.dumps(value)
    print(line)
