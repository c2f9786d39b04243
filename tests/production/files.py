"""The files of deploy/ and the commands of docs/ as they are, but for ports, paths and names."""

import re
import textwrap
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^( *)```sh([ a-z]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def commands(name: str, way: str | None = None) -> list[str]:
    """The blocks of commands of a document; or of one way through it: those that are marked with its name or with none.

    Those marked `skip` need what a fresh machine has not.
    """
    found = BLOCK.findall((DOCS / name).read_text("utf-8"))
    return [textwrap.dedent(block) for _, ways, block in found if way is None or way in (ways.split() or [way])]


def command(name: str, what: str) -> str:
    """The one block in which this stands."""
    [found] = [block for block in commands(name) if what in block]
    return found


def render(name: str, target: Path) -> "Rendering":
    return Rendering((DEPLOY / name).read_text("utf-8"), target)


class Rendering:
    def __init__(self, text: str, target: Path) -> None:
        self._text = text
        self._target = target

    def replace(self, *pairs: tuple[str, object]) -> "Rendering":
        """Raises AssertionError for what no longer stands in the file."""
        for old, new in pairs:
            assert old in self._text, f"{old} is not in the file for {self._target}"
            self._text = self._text.replace(old, str(new))
        return self

    def write(self) -> Path:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._target.write_text(self._text, "utf-8")
        return self._target
