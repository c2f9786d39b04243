"""The documents name everything that exists, and nothing else."""

import re
from argparse import ArgumentParser
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from chatserver import __version__
from chatserver.cli import users
from chatserver.config.renames import RENAMED
from chatserver.config.settings import NEED_RESTART, Config
from chatserver.errors import TABLE
from chatserver.web.routes import ROUTES
from chatserver.web.v1 import routes as v1
from tests.browser.test_modules import TESTS
from tests.faults.protections import PROTECTIONS
from tests.support.repository import ROOT, page

MODULE_TESTS = {f"test_module[{test.id}]" for test in TESTS}


def test_every_setting_is_in_the_table_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \|([^|]*)\|", page("docs/configuration.md"), flags=re.MULTILINE))
    assert rows.keys() == {setting.name.upper() for setting in fields(Config)}
    for setting in fields(Config):
        if isinstance(setting.default, int | float):
            assert float(rows[setting.name.upper()].strip(" `")) == setting.default, setting.name


def test_every_former_name_of_a_setting_is_in_the_row_of_its_new_name() -> None:
    table = page("docs/configuration.md")
    for old, new in RENAMED.items():
        assert re.search(rf"^\| `{new}` \|.*formerly `{old}`", table, flags=re.MULTILINE), old


def test_the_settings_that_need_a_restart_are_listed() -> None:
    listed = page("docs/operations.md").partition("need a restart")[2].partition("\n\n")[0]
    assert re.findall(r"`([A-Z_]+)`", listed) == [name.upper() for name in NEED_RESTART]


def test_every_administrative_command_is_described_in_the_operators_guide() -> None:
    commands = ArgumentParser().add_subparsers()
    users.add_commands(commands)
    actions = set(re.findall(r"^    ([a-z-]+)\b", commands.choices["user"].format_help(), flags=re.MULTILINE))
    assert len(actions) > 8
    chapter = page("docs/operations.md").partition("## Looking after people")[2].partition("\n## ")[0]
    assert set(re.findall(r"`user ([a-z-]+) NAME", chapter)) == actions - {"promote", "demote"}
    assert "`promote`, `demote`" in chapter


def test_every_error_code_is_in_the_protocol_with_its_status() -> None:
    table = page("docs/protocol.md").partition("## Errors")[2]
    described: dict[str, int] = {}
    for names, statuses in re.findall(r"^\| (`[^|]*`) \| ([0-9, ]+) \|", table, flags=re.MULTILINE):
        codes = re.findall(r"`(\w+)`", names)
        numbers = [int(status) for status in statuses.split(",")]
        described |= dict(zip(codes, numbers if len(numbers) > 1 else numbers * len(codes), strict=True))
    assert described == {code: status for code, (status, _) in TABLE.items()}


def test_every_route_is_in_the_protocol() -> None:
    text = page("docs/protocol.md")
    for route in [*ROUTES, *v1.ROUTES]:
        named = re.sub(r"\{(\w+)\}", r"<\1>", route.path)
        assert f"`{named}`" in text or f"GET {named}`" in text, route.path


def test_every_file_that_a_document_names_exists() -> None:
    folders = "bench|chatserver|deploy|docs|locale|requirements|sql|static|templates|tests"
    files = {f"/{path.relative_to(ROOT)}" for name in folders.split("|") for path in (ROOT / name).rglob("*.*")}
    named = re.compile(rf"`((?:{folders})/[\w./@-]+\.\w+|[\w./-]+\.(?:py|js|css|sql|html))`")
    for document in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]:
        text = document.read_text("utf-8")
        for name in named.findall(text):
            assert any(file.endswith(f"/{name}") for file in files), f"{document.name} names {name}"
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_every_link_to_a_chapter_finds_its_heading() -> None:
    for document in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]:
        for path, chapter in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", document.read_text("utf-8")):
            text = (document.parent / path if path else document).read_text("utf-8")
            headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
            assert chapter in map(anchor, headings), f"{document.name} links to {path}#{chapter}"


def anchor(heading: str) -> str:
    """Returns the anchor of a heading as code hosts make it: lower case, no punctuation, hyphens for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_each_sentence_of_a_document_is_on_one_line() -> None:
    """A diff then shows the changed sentence, and no lines that were only reflowed."""
    documents = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
    for document in [each for each in documents if each.name != "CHANGES.md"]:  # a change log, not a page
        text = re.sub(r"^ *```.*?^ *```$", "", document.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for line, following in pairwise(text.splitlines()):
            continued = re.match(r"(  )?[A-Za-z`*(]", following) and re.match(r" {0,3}[-A-Za-z`*(\d]", line)
            assert not continued or re.search(r"[.:;!?…][)*`]*$", line), f"{document.name}: {line}"


def test_every_protection_is_in_its_file_and_in_the_document_with_its_test() -> None:
    table = page("docs/reliability.md")
    for protection in PROTECTIONS:
        assert page(protection.path).count(protection.old) == 1, protection.name
        path, _, test = protection.test.partition("::")
        assert f"def {test}" in page(f"tests/{path}") or test in MODULE_TESTS
        assert f"| {protection.name} | `{protection.path}` | `{test or path.removesuffix('.py')}` |" in table


def test_the_change_log_names_this_version() -> None:
    assert f"## {__version__}" in page("CHANGES.md")


def test_no_document_is_empty() -> None:
    assert all(path.stat().st_size > 500 for path in Path(ROOT / "docs").glob("*.md"))
