"""Minifies scripts and style sheets by tdewolff-minify, which also shortens local names.

This file runs as a program of its own, too: the library brings the threads and the signal handlers of the Go runtime,
which a server that forks must not have.
"""

import json
import subprocess
import sys
from collections.abc import Mapping

TYPES = {".css": "text/css", ".js": "application/javascript"}
ECMASCRIPT = 2022  # the oldest version with private methods, which our classes have


class MinifyError(Exception):
    """A file cannot be parsed; one sentence that names it."""


def minify(files: Mapping[str, str]) -> dict[str, str]:
    """Returns scripts (`.js`) and style sheets (`.css`) by name, shortened. Raises MinifyError."""
    command = [sys.executable, "-P", __file__]  # -P: the modules beside this file are not imported by their names
    done = subprocess.run(command, input=json.dumps(dict(files)), capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise MinifyError(done.stderr.strip())
    shortened: dict[str, str] = json.loads(done.stdout)
    return shortened


def main() -> None:
    """Reads a JSON object of texts by names, and prints one of shortened texts."""
    from minify import MinifyError as ParseError  # noqa: PLC0415
    from minify import config, string  # noqa: PLC0415

    config({"js-version": ECMASCRIPT})
    shortened = {}
    for name, text in json.load(sys.stdin).items():
        try:
            shortened[name] = string(TYPES[name[name.rindex(".") :]], text)
        except ParseError as error:
            sys.exit(f"{name}: {error}")
    json.dump(shortened, sys.stdout)


if __name__ == "__main__":
    main()
