"""Figures, and the table and JSON lines that are written as figures arrive."""

import json
import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

COLUMNS = "{:<11} {:<47} {:>9} {:<5} {:>9} {:<28} {:>6}  {}"


@dataclass(frozen=True)
class Figure:
    """One number, the limit that the parts set to it, and the goal for the number or for its ratio to the limit."""

    scenario: str
    name: str
    value: float
    unit: str = ""
    limit: float | None = None
    limit_name: str = ""
    at_most: float | None = None
    at_least: float | None = None
    ratio_at_most: float | None = None
    ratio_at_least: float | None = None
    plot: tuple[str, str, float] | None = None  # the picture and the line that have this point, and its x

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None if there is none."""
        goals = [
            (self.value, self.at_least or -math.inf, self.at_most),
            (self.ratio, self.ratio_at_least or -math.inf, self.ratio_at_most),
        ]
        if self.goal == "":
            return None
        return all(
            number is None or low <= number <= (math.inf if high is None else high) for number, low, high in goals
        )

    @property
    def goal(self) -> str:
        bounds = [("≤ ", self.at_most, ""), ("≥ ", self.at_least, ""),
                  ("≤ ", self.ratio_at_most, " x"), ("≥ ", self.ratio_at_least, " x")]  # fmt: skip
        return ", ".join(f"{sign}{plain(bound)}{times}" for sign, bound, times in bounds if bound is not None)


HEAD = COLUMNS.format("scenario", "figure", "value", "", "limit", "", "ratio", "goal")


def table(figures: Iterable[Figure]) -> str:
    """Returns the rows below HEAD."""
    before = ""
    lines = []
    for figure in figures:
        lines.append(row(figure, before))
        before = figure.scenario
    return "\n".join(lines)


def row(figure: Figure, before: str = "") -> str:
    """Returns a figure's row; it names the scenario unless the previous row did."""
    verdict = {None: "", True: f"{figure.goal}: met", False: f"{figure.goal}: MISSED"}[figure.met]
    return COLUMNS.format(
        "" if figure.scenario == before else figure.scenario, figure.name, plain(figure.value), figure.unit,
        plain(figure.limit), figure.limit_name, plain(figure.ratio), verdict,
    ).rstrip()  # fmt: skip


@dataclass
class Record:
    """The results of a run, printed and saved in a file with one JSON object a line."""

    path: Path
    figures: list[Figure] = field(default_factory=list)  # of successful scenarios
    measured: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)  # why a scenario has no figures, or only some
    missed: int = 0  # goals

    def begin(self, **conditions: Any) -> None:
        """Raises OSError if the file cannot be written."""
        self.path.parent.mkdir(exist_ok=True)
        self._write({"run": conditions})

    def keep(self, scenario: str, figures: Iterable[Figure]) -> None:
        """Records a scenario's figures one by one, so that those before an error are kept."""
        found: list[Figure] = []
        for figure in figures:
            self._write(asdict(figure) | {"ratio": figure.ratio, "met": figure.met})
            print(row(figure, found[-1].scenario if found else ""), flush=True)
            found.append(figure)
            self.missed += figure.met is False
        self.figures += found
        self.measured.append(scenario)

    def fail(self, scenario: str, why: str, traceback: str = "") -> None:
        self.missing[scenario] = why
        print(f"{scenario}: {why}", flush=True)
        self._write({"scenario": scenario, "failed": why} | ({"traceback": traceback} if traceback else {}))

    def _write(self, line: dict[str, Any]) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def plain(number: float | None) -> str:
    """Returns a number with three significant digits."""
    if number is None:
        return ""
    if number == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    return f"{number:,.{min(digits, 3)}f}"


def percentile(numbers: Sequence[float], percent: float) -> float:
    """Returns the smallest number that at least `percent` of the numbers do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def say(sentence: str) -> None:
    """Prints progress to stderr, apart from the table."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {sentence}\n")
    sys.stderr.flush()
