"""`docs/openapi.yaml` describes every address that programs ask."""

import re

from chatserver.errors import TABLE
from chatserver.web import api
from chatserver.web.routes import FOR_PROGRAMS, ROUTES
from tests.support.repository import page


def test_every_address_for_programs_is_described_and_no_other() -> None:
    described = re.findall(r"^  (/\S+):$", page("docs/openapi.yaml"), flags=re.MULTILINE)
    assert sorted(described) == sorted(
        route.path
        for route in ROUTES
        if route.handler in FOR_PROGRAMS - {api.socket}  # no JSON, but protocol.md
    )


def test_every_code_that_is_described_exists() -> None:
    """Which answers have which, schemathesis sees (`described_api.py`)."""
    given = re.findall(r"code: \{(?:const: (\w+)|enum: \[([\w, ]+)\])\}", page("docs/openapi.yaml"))
    codes = {code for one, more in given for code in ([one] if one else more.split(", "))}
    assert codes
    assert codes <= TABLE.keys()
