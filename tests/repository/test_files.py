"""Files are short and hold one idea; what several tests need is in no test module."""

import re
from pathlib import Path
from statistics import median

from tests.support.repository import files, page

LONGEST = 250  # lines
USUAL = 90  # lines: half of the product's files are shorter
SOURCE = {".py", ".js", ".css", ".html", ".sql"}
PRODUCT = ("chatserver/", "static/", "templates/", "sql/")


def lengths(*folders: str) -> dict[str, int]:
    """Returns the number of lines of each handwritten file in these folders."""
    names = [name for name in files() if name.startswith(folders) and Path(name).suffix in SOURCE]
    return {name: len(page(name).splitlines()) for name in names}


def test_no_file_is_long() -> None:
    assert [name for name, lines in lengths(*PRODUCT, "tests/", "bench/").items() if lines > LONGEST] == []


def test_half_of_the_products_files_are_short() -> None:
    assert median(lengths(*PRODUCT).values()) < USUAL


def test_no_test_module_imports_from_another() -> None:
    imports = re.compile(
        r"^\s*(?:from tests\.(?:\w+\.)*test_\w+ import|from tests(?:\.\w+)* import test_)", re.MULTILINE
    )
    modules = [name for name in files() if name.startswith(("tests/", "bench/")) and name.endswith(".py")]
    # The table of protections also names the tests of scripts.
    assert [name for name in modules if imports.search(page(name))] == ["tests/repository/test_docs.py"]
