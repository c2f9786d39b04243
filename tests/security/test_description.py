"""`docs/openapi.yaml` describes every address for programs."""

import re

from chatserver.errors import TABLE
from chatserver.web import api
from chatserver.web.pages import sso
from chatserver.web.routes import FOR_BOTH, FOR_PROGRAMS, ROUTES
from chatserver.web.v1 import routes as v1
from tests.support.repository import page


def test_exactly_the_addresses_for_programs_are_described() -> None:
    described = re.findall(r"^  (/\S+):$", page("docs/openapi.yaml"), flags=re.MULTILINE)
    of_the_api = {route.path for route in v1.ROUTES}
    assert len(described) == len(set(described))
    assert set(described) == of_the_api | {
        route.path
        for route in ROUTES
        # Neither a socket nor the form that signs in by a token answers with JSON when all is well: see protocol.md.
        if route.handler in (FOR_PROGRAMS | FOR_BOTH) - {api.socket, sso.sign_in}
    }


def test_every_code_that_is_described_exists() -> None:
    """schemathesis checks which answers have which codes (`described_api.py`)."""
    given = re.findall(r"code: \{(?:const: (\w+)|enum: \[([\w, ]+)\])\}", page("docs/openapi.yaml"))
    codes = {code for one, more in given for code in ([one] if one else more.split(", "))}
    assert codes
    assert codes <= TABLE.keys()
