"""Errors have only codes; `chatserver/web/forms.py` knows the field of a form to which an error belongs."""

import re
from pathlib import Path

import pytest

import chatserver
from chatserver.errors import TABLE, ChatError
from chatserver.resources import folder
from chatserver.web.forms import FIELDS, Form

CHATSERVER = Path(chatserver.__file__).parent
FORM_FIELDS = {field for fields in FIELDS.values() for field in fields}


def test_every_code_is_an_error_and_every_field_is_on_a_page() -> None:
    assert set(FIELDS) <= set(TABLE)
    pages = "".join(page.read_text() for page in (folder("templates") / "pages").glob("*.html"))
    assert {field for field in FORM_FIELDS if not re.search(rf"""['"]{field}['"]""", pages)} == set()


def test_no_module_below_the_web_names_a_field_of_a_form() -> None:
    named = re.compile(rf"""["']({"|".join(FORM_FIELDS - {"password", "message", "title", "add"})})["']""")
    packages = ("accounts", "conversations", "realtime", "validation.py", "errors.py")
    modules = [path for path in CHATSERVER.rglob("*.py") if path.relative_to(CHATSERVER).parts[0] in packages]
    assert [str(path) for path in modules if named.search(path.read_text())] == []
    assert len(modules) > 25


@pytest.mark.parametrize(
    ("code", "fields", "field"),
    [
        ("no_text", ("recipient_name", "message"), "message"),
        ("no_such_user", ("recipient_name", "message"), "recipient_name"),
        ("no_such_user", ("message",), ""),
        ("common_password", ("username", "password"), "password"),
        ("common_password", ("current_password", "new_password"), "new_password"),
        ("wrong_current_password", ("delete_password",), "delete_password"),
        ("unavailable", ("message",), ""),
    ],
)
def test_an_error_is_shown_at_its_field_or_at_the_form(code: str, fields: tuple[str, ...], field: str) -> None:
    form = Form(dict.fromkeys(fields, "typed"))
    form.refuse(ChatError(code))
    assert list(form.errors) == [field]
