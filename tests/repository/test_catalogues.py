"""Every sentence is in both languages, and none is outside the catalogues."""

import os
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from chatserver.i18n import LANGUAGES, SOURCE
from chatserver.resources import folder
from tests.support.repository import ROOT

TRANSLATED = [code for code in LANGUAGES if code != SOURCE]
EXTRACT = "pybabel -q extract -F locale/extract.cfg -k plural_forms:1,2 -o"


@pytest.fixture(scope="module")
def sentences(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The sentences that `make catalogues` finds in the code and the templates."""
    path = tmp_path_factory.mktemp("sentences") / "messages.pot"
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        CommandLineInterface().run([*EXTRACT.split(), str(path), "."])  # type: ignore[no-untyped-call]
    finally:
        os.chdir(here)
    return read(path)


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def catalogue(code: str) -> Catalog:
    return read(folder("locale") / code / "LC_MESSAGES" / "messages.po")


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_has_exactly_the_sentences_of_the_code(code: str, sentences: Catalog) -> None:
    assert {message.id for message in catalogue(code)} == {message.id for message in sentences}
    assert len(sentences) > 50


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_in_all_its_plural_forms(code: str) -> None:
    for message in catalogue(code):
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(forms), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_placeholders(code: str) -> None:
    for message in catalogue(code):
        if message.id:
            original = message.id if isinstance(message.id, str) else message.id[1]
            forms = (message.string,) if isinstance(message.string, str) else message.string
            for form in forms or ():
                assert sorted(re.findall(r"%\(\w+\)\w", form)) == sorted(re.findall(r"%\(\w+\)\w", original)), form


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_contain_no_sentence_outside_the_catalogues(path: Path) -> None:
    source = path.read_text("utf-8")
    source = re.sub(r"{% block \w+_(class|attributes) %}.*?{% endblock %}", "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    said = re.findall(r"(?:alt|aria-label|placeholder|title)=[\"']([^\"']*)[\"']", source)
    said.append(re.sub(r"<style>.*?</style>|<[^>]*>", "", source, flags=re.DOTALL))
    assert not re.findall(r"[^\W\d_]{2,}", " ".join(said))


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_contain_no_sentence_outside_the_catalogues(path: Path) -> None:
    code = re.sub(r"/\*.*?\*/|^\s*//.*?$|\s//\s.*?$", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    literals = re.findall(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`]*)`", code)
    assert not [text for groups in literals for text in groups if re.search(r"[A-ZА-Я]\w+ \w+", text)]
