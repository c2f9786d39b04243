"""Runs one scenario by two checkouts in turn, several times."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.checkout import ROOT, run
from bench.ratios import Run, read_run
from bench.report import say


class TurnError(Exception):
    """The reason why a run has no figures."""


@dataclass(frozen=True)
class Turns:
    """The runs of one scenario, by BASE and by this checkout in turn."""

    scenario: str
    base: Path
    folder: Path  # for the results, with a folder for each run
    rounds: int
    quick: bool

    @property
    def in_base(self) -> bool:
        return (self.base / "bench" / "scenarios" / f"{self.scenario.replace('-', '_')}.py").exists()

    def run(self) -> Iterator[tuple[Run, Run]]:
        """Yields the figures of BASE and those of now, round by round. Raises TurnError."""
        turn = ["BASE", "now"]
        for number in range(1, self.rounds + 1):
            found = {side: self._measured(side, number) for side in turn}
            yield found["BASE"], found["now"]
            turn.reverse()

    def _measured(self, side: str, number: int) -> Run:
        say(f"{self.scenario}, round {number} of {self.rounds}: {side}")
        place, python = (self.base, ".venv/bin/python") if side == "BASE" else (ROOT, sys.executable)
        folder = self.folder / f"{self.scenario}-{number}-{side}"
        folder.mkdir(parents=True)
        options = ["--results", str(folder), *["--quick"] * self.quick]
        code = run([str(place / python), "-m", "bench", self.scenario, *options], place)
        figures, why = read_run(folder)
        if why or not figures:
            raise TurnError(f"{side}: {why or f'its benchmark ended with exit code {code}'}")
        return figures
