"""Compares figures that two revisions measured in pairs, and says which changed by more than their noise."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.report import plain

LINE = "{:<13} {:<47} {:>9} {:>9} {:<5} {:>6}  {:<16} {}"
HEAD = LINE.format("scenario", "figure", "BASE", "now", "", "ratio", "range", "").rstrip()
NOT_THE_PRODUCT = ("limit:", "load generator", "relay through Redis")  # whoever measures, and what it compares with


class Measured(NamedTuple):
    value: float
    unit: str


Run = dict[str, Measured]  # the figures of one scenario by their names


class Comparison(NamedTuple):
    """A figure of both revisions: in each round the value of BASE, and the value now."""

    scenario: str
    name: str
    unit: str
    pairs: tuple[tuple[float, float], ...]

    @property
    def ratios(self) -> list[float]:
        """Returns the ratio of each round, now to BASE, in ascending order; from 0 to 0 it is 1."""
        return sorted(now / base if base else math.inf if now else 1.0 for base, now in self.pairs)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        """Whether the figure got worse or better by more than its noise; '' if neither, or if it is a limit.

        The noise is the greatest ratio divided by the least. Of a rate more is better, of everything else less.
        """
        if any(word in self.name for word in NOT_THE_PRODUCT):
            return ""
        least, *_, greatest = self.ratios
        noise = 1.0 if least == greatest else greatest / least if least else math.inf
        if 1 / noise <= self.ratio <= noise:
            return ""
        return "better" if (self.ratio > 1) == self.unit.endswith("/s") else "worse"

    @property
    def spread(self) -> str:
        return f"{self.ratios[0]:.3f} to {self.ratios[-1]:.3f}"

    def row(self) -> str:
        base, now = (plain(median(values)) for values in zip(*self.pairs, strict=True))
        return LINE.format(
            self.scenario, self.name, base, now, self.unit, f"{self.ratio:.3f}", self.spread, self.verdict
        ).rstrip()


def compare(scenario: str, rounds: Iterable[tuple[Run, Run]]) -> tuple[list[Comparison], list[str], list[str]]:
    """Returns the figures that every run has, and the names of those not in BASE, and of those only in BASE."""
    pairs = list(rounds)
    before, after = ([pair[side] for pair in pairs] for side in (0, 1))
    in_base, here = (set.intersection(*map(set, runs)) for runs in (before, after))
    latest = after[-1]
    compared = [
        Comparison(scenario, name, found.unit, tuple((base[name].value, now[name].value) for base, now in pairs))
        for name, found in latest.items()
        if name in in_base & here
    ]
    added = [name for name in latest if name not in in_base]
    return compared, added, [name for name in before[-1] if name not in here]


def read_run(folder: Path) -> tuple[Run, str]:
    """Returns the figures of a run of one scenario, and why there are none, or only some."""
    run: Run = {}
    why = ""
    for path in folder.glob("*.jsonl"):
        for line in map(json.loads, path.read_text().splitlines()):
            if "failed" in line:
                why = line["failed"]
            elif "run" not in line and not math.isnan(line["value"]):
                run[line["name"]] = Measured(line["value"], line["unit"])
    return run, why
