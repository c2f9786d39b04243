"""The files of deploy/ and the commands of docs/, with other ports, paths and names."""

import re
import textwrap
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^( *)```sh([ a-z]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def commands(name: str, way: str | None = None) -> list[str]:
    """Returns a document's blocks of commands; for one way through it, those marked with its name or not marked.

    Blocks marked `skip` need something that a fresh machine lacks.
    """
    found = BLOCK.findall((DOCS / name).read_text("utf-8"))
    return [textwrap.dedent(block) for _, ways, block in found if way is None or way in (ways.split() or [way])]


def command(name: str, what: str) -> str:
    """Returns the one block that contains this text."""
    [found] = [block for block in commands(name) if what in block]
    return found


def render(name: str, target: Path) -> "Rendering":
    return Rendering((DEPLOY / name).read_text("utf-8"), target)


class Rendering:
    def __init__(self, text: str, target: Path) -> None:
        self._text = text
        self._target = target

    def replace(self, *pairs: tuple[str, object]) -> "Rendering":
        """Raises AssertionError if the file does not contain a text."""
        for old, new in pairs:
            assert old in self._text, f"{old} is not in the file for {self._target}"
            self._text = self._text.replace(old, str(new))
        return self

    def write(self) -> Path:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._target.write_text(self._text, "utf-8")
        return self._target
