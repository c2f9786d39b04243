"""`python -m chatserver …`: finds the command, runs it, and prints its error.

Only the module of the command is imported: all of them take most of a second.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from chatserver import __version__
from chatserver.errors import ChatError, CommandError
from chatserver.printing import speak_in_any_charset

MODULES = {
    "operations": ("run", "serve", "migrate", "check", "static", "secret", "provision"),
    "courier": ("courier", "adopt"),
    "threads": ("thread",),
    "users": ("user",),
    "keys": ("key",),
    "sso": ("sso",),
    "webhooks": ("webhook",),
    "imports": ("import-django",),
}


def main() -> int:
    """Runs the command of the arguments and returns the exit status; prints a CommandError as one sentence."""
    speak_in_any_charset()
    arguments = _parser(sys.argv[1:]).parse_args()
    try:
        result: int = arguments.run(arguments) or 0
    except CommandError as error:
        print(f"chatserver: {error}", file=sys.stderr)
        return 1
    except ChatError as error:
        print(f"chatserver: {error if error.code == 'unavailable' else error.sentence}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return result


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Returns a parser of the command that these words begin with; of all commands if they begin with none."""
    parser = argparse.ArgumentParser(prog="chatserver", description="Private messages for any website, in real time.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    named = [module for module, names in MODULES.items() if words and words[0] in names]
    for module in named or MODULES:
        import_module(f"chatserver.cli.{module}").add_commands(commands)
    return parser
