"""Prints the table of docs/performance.md from saved runs: `python -m bench.markdown bench/results/<run>.jsonl …`.

For each scenario, the last run that measured it counts.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from bench.report import Figure, plain

NAMES = {field.name for field in fields(Figure)}
HEAD = "| scenario | figure | measured | limit | ratio | goal |\n|---|---|---|---|---|---|"
VERDICTS = {None: "", True: "{}: met", False: "{}: **not met**"}


def markdown(lines: Iterable[str]) -> str:
    """Returns the table without the goals of 0 that were met."""
    scenarios: dict[str, list[Figure]] = {}
    for run in runs(map(json.loads, lines)):
        scenarios |= run
    rows = [HEAD]
    for figures in scenarios.values():
        before = ""
        for figure in figures:
            if figure.value == figure.at_most == 0:
                continue
            name = f"`{figure.scenario}`" if figure.scenario != before else ""
            limit = f"{plain(figure.limit)} ({figure.limit_name})" if figure.limit_name else ""
            verdict = VERDICTS[figure.met].format(figure.goal)
            value = f"{plain(figure.value)} {figure.unit}".strip()
            rows.append(f"| {name} | {figure.name} | {value} | {limit} | {plain(figure.ratio)} | {verdict} |")
            before = figure.scenario
    return "\n".join(rows)


def runs(lines: Iterable[dict[str, Any]]) -> Iterable[dict[str, list[Figure]]]:
    """Yields the figures of each run by scenario, without failed scenarios."""
    run: dict[str, list[Figure]] = {}
    for line in lines:
        if "run" in line:
            yield run
            run = {}
        elif "failed" in line:
            run.pop(line["scenario"], None)
        else:
            figure = Figure(**{name: value for name, value in line.items() if name in NAMES})
            run.setdefault(figure.scenario, []).append(figure)
    yield run


if __name__ == "__main__":
    print(markdown(line for path in sys.argv[1:] for line in Path(path).read_text().splitlines()))
