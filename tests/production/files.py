"""The files of deploy/ as they are, but for ports, paths and names."""

from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"


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
