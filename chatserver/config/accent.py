"""The site's accent color: checked against every background of the product, and turned into a style sheet.

Contrast as in WCAG 2.2, success criterion 1.4.3: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from chatserver.resources import folder

HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)
TOKEN = re.compile(r"--([\w-]+): var\(--light, (#[0-9a-f]{6})\) var\(--dark, (#[0-9a-f]{6})\)")
DRAWN_ON = ("canvas", "surface", "surface-hover", "bubble", "notice", "danger-soft")  # also on `own` and `accent-soft`
READABLE = 4.5  # the ratio to 1; outlines and icons need only 3
OWN, SOFT, HOVER = 0.16, 0.13, 0.18  # shares of the accent in a tint, and of `towards` on hover

Color = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


class Accent(NamedTuple):
    """The accent color of each scheme."""

    light: Color
    dark: Color


class Scheme(NamedTuple):
    """The product's colors for light or dark pages."""

    name: str
    tokens: dict[str, Color]
    towards: Color  # black or white: the direction of more contrast


def read_accent(values: tuple[str, ...]) -> Accent | None:
    """Returns the accent of one color, which yields the dark one too, or of two; None for anything else."""
    colors = [_read(value) for value in values]
    if None in colors or len(colors) not in {1, 2}:
        return None
    light, dark = colors[0], colors[-1]
    assert light is not None
    assert dark is not None
    return Accent(light, _nearest(dark, _schemes()[1]) if len(colors) == 1 else dark)


def accent_problems(accent: Accent) -> Iterator[str]:
    """Yields a sentence for each scheme where the color cannot be read, with a near color that can."""
    for color, scheme in zip(accent, _schemes(), strict=True):
        ratio, place = min((contrast(color, place), place) for place in _places(color, scheme))
        if ratio < READABLE:
            yield (
                f"ACCENT {_hex(color)} has a contrast of {ratio:.2f}:1 on {_hex(place)} in {scheme.name} mode, and "
                f"{READABLE}:1 is needed to read it (WCAG 2.2): {_hex(_nearest(color, scheme))} would do."
            )


def accent_styles(accent: Accent) -> str:
    """Returns the style sheet, to be loaded after the product's own."""
    sheets = [_tokens(color, scheme) for color, scheme in zip(accent, _schemes(), strict=True)]
    light, dark = ({name: _hex(color) for name, color in sheet.items()} for sheet in sheets)
    lines = [f"--{name}: var(--light, {light[name]}) var(--dark, {dark[name]});" for name in light]
    return "@layer tokens { :root { " + " ".join(lines) + " } }\n"


def button_colors(accent: Accent | None) -> list[list[str]]:
    """Returns the color of a button and of what is on it, in light and in dark mode; of our own without an accent."""
    schemes = _schemes()
    colors = accent or [scheme.tokens["accent"] for scheme in schemes]
    sheets = [_tokens(color, scheme) for color, scheme in zip(colors, schemes, strict=True)]
    return [[_hex(sheet["accent"]), _hex(sheet["on-accent"])] for sheet in sheets]


def recolored(icon: str, accent: Accent) -> str:
    """Returns an icon of the product in the site's light accent: browser tabs do not follow our schemes."""
    return icon.replace("#1f6b4f", _hex(accent.light))


def contrast(one: Color, other: Color) -> float:
    """Returns the contrast ratio, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = (_linear(value / 255) for value in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _tokens(color: Color, scheme: Scheme) -> dict[str, Color]:
    return {
        "accent": color,
        "accent-hover": mixed(color, scheme.towards, HOVER),
        "on-accent": scheme.tokens["surface" if scheme.towards == BLACK else "canvas"],
        "accent-soft": _tint(color, scheme, SOFT),
        "own": _tint(color, scheme, OWN),
    }


def _places(color: Color, scheme: Scheme) -> list[Color]:
    """Returns every background on which text in this color appears."""
    tints = [_tint(color, scheme, OWN), _tint(color, scheme, SOFT)]
    return [scheme.tokens[name] for name in DRAWN_ON] + tints


def _tint(color: Color, scheme: Scheme, most: float) -> Color:
    """Mixes the surface with the accent: the largest share, from `most` to a third of it, that keeps text readable."""
    tints = [mixed(scheme.tokens["surface"], color, most * share / 100) for share in range(100, 33, -1)]
    texts = scheme.tokens["ink-soft"], color
    return next((tint for tint in tints if min(contrast(tint, text) for text in texts) >= READABLE), tints[-1])


def _nearest(color: Color, scheme: Scheme) -> Color:
    """Returns the first color on the way to black (light mode) or white that is readable everywhere."""
    for step in range(101):
        tried = mixed(color, scheme.towards, step / 100)
        if all(contrast(tried, place) >= READABLE for place in _places(tried, scheme)):
            return tried
    return scheme.towards


def mixed(one: Color, other: Color, share: float) -> Color:
    """Returns `one` with a share of `other`, from 0 to 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@cache
def _schemes() -> tuple[Scheme, Scheme]:
    """Reads the product's light and dark colors from its style sheet."""
    found = TOKEN.findall((folder("static") / "css" / "tokens.css").read_text("utf-8"))
    light = {name: _color(first) for name, first, _ in found}
    dark = {name: _color(second) for name, _, second in found}
    return Scheme("light", light, BLACK), Scheme("dark", dark, WHITE)


def _read(value: str) -> Color | None:
    found = HEX.fullmatch(value)
    if found is None:
        return None
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return _color(f"#{digits}")


def _color(code: str) -> Color:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def _hex(color: Color) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
