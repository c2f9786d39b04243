"""What is said of files: the same cases test the scripts."""

import json
from typing import Any

import pytest

from chatserver.conversations.message_files import MessageFile
from chatserver.web.rendering.files import about, drawn_files, shown_size, summary
from tests.support.repository import ROOT

CASES = json.loads((ROOT / "tests/cases/files.json").read_text("utf-8"))["cases"]
PICTURE = MessageFile("a", "lake.jpg", "image/webp", 9, 4, 3, animated=False)
PDF = MessageFile("b", "plan.pdf", "application/pdf", 2048)


@pytest.mark.parametrize("case", CASES)
def test_kind_size_and_shown_size_of_a_file(case: dict[str, Any]) -> None:
    if "about" in case:
        assert about(case["name"], case["bytes"]) == case["about"]
    else:
        assert list(shown_size(case["width"], case["height"])) == case["shown"]


def test_words_stand_for_files_without_a_text() -> None:
    files = [(), (PICTURE,), (PICTURE, PICTURE), (PDF,), (PDF, PICTURE)]
    assert [summary(each) for each in files] == ["", "Photo", "2 photos", "File: plan.pdf", "2 files"]


def test_pictures_come_before_other_files_and_nothing_in_a_name_is_markup() -> None:
    evil = MessageFile("c", "e.bin", '"><script>', 1)
    drawn = drawn_files([PDF, evil, PICTURE])
    assert [file.name for file in drawn] == ["lake.jpg", "plan.pdf", "e.bin"]
    assert "<" not in str(drawn[-1].attributes)
