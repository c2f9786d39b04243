"""Letters and colors of avatars, as the server computes them."""

from typing import Any

import pytest

from chatserver.web.rendering.avatars import HUES, hue, initials
from tests.cases import cases


@pytest.mark.parametrize("case", cases("avatars"), ids=lambda case: case["name"])
def test_a_name_determines_the_letters_and_the_color_of_its_avatar(case: dict[str, Any]) -> None:
    assert (initials(case["name"]), hue(case["name"])) == (case["initials"], case["hue"])


def test_every_color_is_used_about_as_often() -> None:
    used = [hue(f"user{number}") for number in range(1200)]
    assert all(50 < used.count(each) < 150 for each in range(HUES))
