"""Each kind of file has a check that reads it: a command of `make check`, or a test."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.support.repository import ROOT, files

FILES = files()

# The tool of the Makefile or the test module that reads these files. `*` also matches `/`.
READ_BY = {
    "*.py": "ruff check",
    "*.js": "biome check",
    "*.css": "biome check",
    "*.json": "biome check",
    "*.d.ts": "tsc",
    "*.html": "djlint",
    "*.sql": "sqlfluff lint",
    "*.sh": "shellcheck",
    ".ci/run": "shellcheck",
    "*.yml": "yamllint",
    "*.yaml": "yamllint",
    "*.md": "tests/repository/test_docs.py",
    "*.po": "tests/repository/test_catalogues.py",
    "locale/extract.cfg": "tests/repository/test_catalogues.py",
    "requirements/*.in": "tests/repository/test_install.py",
    "requirements/*.txt": "tests/repository/test_install.py",
    "*common_passwords.txt": "tests/accounts/test_passwords.py",
    "*confusables.txt": "tests/accounts/test_names_that_look_alike.py",
    "setup.cfg": "tests/repository/test_install.py",
    "pyproject.toml": "ruff check",
    "Makefile": "tests/repository/test_make.py",
    "deploy/*.service": "tests/production/test_files.py",
    "deploy/*.target": "tests/production/test_files.py",
    "deploy/*.conf": "tests/production/test_files.py",
    "deploy/*.cfg": "tests/production/test_files.py",
    "deploy/*.ini": "tests/production/test_databases.py",
    "deploy/*.example": "tests/server/test_check.py",
    "tests/production/site/site.conf": "tests/production/test_requests.py",
    "static/*.svg": "tests/browser/test_interface.py",
    "docs/*.svg": "tests/bench/test_report.py",
}
# Files in which no error can stay unnoticed, or for which there is no tool.
READ_BY_NOBODY = {
    "*.png": "pictures, drawn by `make screenshots`",
    "deploy/Dockerfile": "needs Docker, which the checks do without",
    "LICENSE": "a fixed text",
    "chatserver/py.typed": "the empty mark of a package with types (PEP 561)",
    ".dockerignore": "only Docker reads it",
    ".editorconfig": "only editors read it",
    ".gitignore": "only git reads it",
    ".git-blame-ignore-revs": "only git reads it",
}
LINE = {".js": 120, ".css": 120, ".html": 120}  # columns; ruff and sqlfluff check Python and SQL


def test_every_file_is_read_by_a_check() -> None:
    known = [*READ_BY, *READ_BY_NOBODY]
    assert [name for name in FILES if not any(fnmatchcase(name, kind) for kind in known)] == []
    assert [kind for kind in READ_BY if not any(fnmatchcase(name, kind) for name in FILES)] == []


@pytest.mark.parametrize("reader", sorted(set(READ_BY.values())))
def test_every_check_exists(reader: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    checks = makefile[makefile.index("\ncheck: ") : makefile.index("\nformat: ")]
    assert reader in FILES or re.search(rf"/{re.escape(reader)}\b", checks)


def test_no_line_is_too_long() -> None:
    long = [
        f"{name}:{number}"
        for name in FILES
        for number, line in enumerate((ROOT / name).read_text().splitlines() if Path(name).suffix in LINE else [], 1)
        if len(line) > LINE[Path(name).suffix]
    ]
    assert long == []


def test_no_registry_address_is_committed() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
