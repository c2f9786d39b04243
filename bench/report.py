"""Figures, the table of them, and the lines of JSON."""

import json
import math
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

COLUMNS = "{:<11} {:<47} {:>9} {:<5} {:>9} {:<28} {:>6}  {}"


@dataclass(frozen=True)
class Figure:
    """One number, the limit that the parts set to it, and what is wished for: of the ratio or of the number itself."""

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
    plot: tuple[str, str, float] | None = None  # of which picture and line this is a point, and where on the x axis

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit if self.limit else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        wishes = [
            (self.value, self.at_least or -math.inf, self.at_most),
            (self.ratio, self.ratio_at_least or -math.inf, self.ratio_at_most),
        ]
        if self.goal == "":
            return None
        return all(
            number is None or low <= number <= (math.inf if high is None else high) for number, low, high in wishes
        )

    @property
    def goal(self) -> str:
        bounds = [("≤ ", self.at_most, ""), ("≥ ", self.at_least, ""),
                  ("≤ ", self.ratio_at_most, " x"), ("≥ ", self.ratio_at_least, " x")]  # fmt: skip
        return ", ".join(f"{sign}{plain(bound)}{times}" for sign, bound, times in bounds if bound is not None)


HEAD = COLUMNS.format("scenario", "figure", "value", "", "limit", "", "ratio", "goal")


def table(figures: Iterable[Figure]) -> str:
    """The rows below HEAD."""
    lines = []
    before = ""
    for figure in figures:
        verdict = {None: "", True: f"{figure.goal}: met", False: f"{figure.goal}: MISSED"}[figure.met]
        lines.append(
            COLUMNS.format(
                "" if figure.scenario == before else figure.scenario, figure.name, plain(figure.value), figure.unit,
                plain(figure.limit), figure.limit_name, plain(figure.ratio), verdict,
            ).rstrip()
        )  # fmt: skip
        before = figure.scenario
    return "\n".join(lines)


def plain(number: float | None) -> str:
    """Three figures are all that a measurement is worth."""
    if number is None:
        return ""
    if number == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(number))))
    return f"{number:,.{min(digits, 3)}f}"


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Adds one JSON object a line."""
    path.parent.mkdir(exist_ok=True)
    lines = (asdict(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in figures)
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def percentile(numbers: Sequence[float], percent: float) -> float:
    """The smallest of the numbers that `percent` of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def say(sentence: str) -> None:
    """Progress: not a part of the table."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {sentence}\n")
    sys.stderr.flush()
