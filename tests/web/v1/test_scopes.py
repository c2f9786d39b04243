"""Every call needs one of its scopes, and no scope includes another."""

import pytest
from yarl import URL

from chatserver.config.settings import Config
from chatserver.web.v1.door import V1
from chatserver.web.v1.routes import ROUTES
from tests.support.programs import new_key, program

# (method, path below V1): the scopes that open it
TABLE = {
    ("POST", "users"): {"write"},
    ("PUT", "users/{sub}"): {"write"},
    ("GET", "users/{sub}"): {"write"},
    ("DELETE", "users/{sub}"): {"admin"},
    ("DELETE", "users/{sub}/sessions"): {"write"},
    ("GET", "users/{sub}/threads"): {"write", "read"},
    ("POST", "unread"): {"write"},
    ("POST", "pairs"): {"write"},
    ("PUT", "groups/{key}"): {"write"},
    ("GET", "groups/{key}"): {"write", "read"},
    ("GET", "threads/{thread}"): {"write", "read"},
    ("POST", "threads/{thread}/messages"): {"write"},
    ("GET", "threads/{thread}/messages"): {"read"},
    ("POST", "threads/{thread}/read"): {"write"},
    ("GET", "threads/{thread}/changes"): {"read"},
}


def test_no_call_is_missing_from_the_table() -> None:
    assert {(route.method, route.path.removeprefix(V1)) for route in ROUTES} == TABLE.keys()


@pytest.mark.parametrize("scope", ["write", "read", "admin"])
async def test_a_key_opens_the_calls_of_its_scope_and_no_others(url: URL, config: Config, scope: str) -> None:
    async with program(url, await new_key(config, "shop", scope)) as shop:
        opened = {}
        for method, path in TABLE:
            answer = await shop.call(
                method, path.format(sub="nobody", key="order-7", thread=1), {} if method in {"PUT", "POST"} else None
            )
            assert (answer.status == 403) == (answer.code == "wrong_scope")
            opened[method, path] = answer.status != 403
    assert opened == {call: scope in scopes for call, scopes in TABLE.items()}


async def test_a_call_by_another_method_is_told_which_there_are(url: URL, config: Config) -> None:
    async with program(url, await new_key(config, "shop", "write")) as shop:
        answer = await shop.call("PATCH", "threads/1")
    assert answer.refusal == (405, "not_allowed")
    assert answer.headers["Allow"] == "GET,HEAD"
