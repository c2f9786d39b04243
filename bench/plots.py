"""Draws the SVG pictures in docs/ from the figures of a complete run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

from bench.report import Figure

DOCS = Path(__file__).parents[1] / "docs"
PICTURES = {
    "memory": ("Memory by open chats", "open chats", "MiB", False),
    "latency": ("Latency by load: from sender to the partner's screen", "messages a second", "ms", True),
}
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 200, 50, 50
COLORS = ("#0b6e99", "#d9730d", "#4d8a3d", "#9065b0")

Points = Sequence[tuple[float, float]]


def draw_all(figures: Iterable[Figure]) -> None:
    """Draws the pictures that have points."""
    lines: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for figure in figures:
        if figure.plot:
            picture, line, x = figure.plot
            lines.setdefault(picture, {}).setdefault(line, []).append((x, figure.value))
    for picture, (title, x_name, y_name, log) in PICTURES.items():
        if picture in lines:
            draw(DOCS / f"{picture}.svg", title, x_name, y_name, lines[picture], log=log)


class Scale:
    """Maps numbers to coordinates, with marks at round numbers."""

    def __init__(self, numbers: Iterable[float], start: float, end: float, *, log: bool) -> None:
        found = [number for number in numbers if number > 0 or not log]
        self._log = log
        self._start, self._end = start, end
        if log:
            self._low, self._high = math.floor(math.log10(min(found))), math.ceil(math.log10(max(found)))
            self.marks = [10.0**power * digit for power in range(self._low, self._high) for digit in (1, 2, 5)] + [
                10.0**self._high
            ]
        else:
            step = 10 ** math.floor(math.log10(max(found)))
            step = next(step * part for part in (0.2, 0.5, 1, 2) if max(found) / (step * part) <= 6)
            number = math.ceil(max(found) / step)
            self._low, self._high = 0, number * step
            self.marks = [step * place for place in range(number + 1)]

    def __call__(self, number: float) -> float:
        value = math.log10(number) if self._log else number
        return self._start + (value - self._low) / (self._high - self._low) * (self._end - self._start)


def draw(path: Path, title: str, x_name: str, y_name: str, lines: Mapping[str, Points], *, log: bool = False) -> None:
    """Draws each line with its name at its end; `log` makes both axes logarithmic."""
    points = [point for line in lines.values() for point in line]
    x = Scale((px for px, _ in points), LEFT, WIDTH - RIGHT, log=log)
    y = Scale((py for _, py in points), HEIGHT - BOTTOM, TOP, log=log)
    parts = [text(LEFT, 24, title, "font-size='16' font-weight='bold'")]
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name, "text-anchor='middle'"))
    parts.append(text(LEFT, TOP - 10, y_name, "text-anchor='end'"))
    for mark in y.marks:
        parts.append(line_between(LEFT, y(mark), WIDTH - RIGHT, y(mark)))
        parts.append(text(LEFT - 8, y(mark) + 4, f"{mark:,g}", "text-anchor='end'"))
    for mark in x.marks:
        parts.append(line_between(x(mark), TOP, x(mark), HEIGHT - BOTTOM))
        parts.append(text(x(mark), HEIGHT - BOTTOM + 18, f"{mark:,g}", "text-anchor='middle'"))
    ends = apart([y(line[-1][1]) for line in lines.values()])
    for (name, line), color, end in zip(lines.items(), COLORS, ends, strict=False):
        places = " ".join(f"{x(px):.1f},{y(py):.1f}" for px, py in line)
        parts.append(f"<polyline points='{places}' fill='none' stroke='{color}' stroke-width='2.5'/>")
        parts += [f"<circle cx='{x(px):.1f}' cy='{y(py):.1f}' r='3.5' fill='{color}'/>" for px, py in line]
        parts.append(text(x(line[-1][0]) + 10, end + 4, name, f"fill='{color}'"))
    path.write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' font-family='sans-serif' "
        f"font-size='12' fill='#333'>\n<rect width='{WIDTH}' height='{HEIGHT}' fill='white'/>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def text(x: float, y: float, words: str, more: str = "") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {more}>{escape(words)}</text>"


def line_between(x1: float, y1: float, x2: float, y2: float) -> str:
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='#ddd'/>"


def apart(places: Sequence[float], distance: float = 16) -> list[float]:
    """Returns the same places, moved down where two would overlap."""
    moved = list(places)
    order = sorted(range(len(moved)), key=lambda index: moved[index])
    for above, below in pairwise(order):
        moved[below] = max(moved[below], moved[above] + distance)
    return moved
