"""The named queries of `sql/queries/`, and how each is prepared and called."""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from sqlparse.engine import FilterStack
from sqlparse.sql import Statement

from chatserver.resources import folder

HEAD = re.compile(r"^-- (\w+): (\w+)\n", re.MULTILINE)
METHODS = ("query", "execute_idempotent", "execute_once")
TYPE = re.compile(r"::\w+(\[\])?")


class Query(NamedTuple):
    """The SQL of one query, and the method of `Database` that may run it.

    `prepare` runs at the first use on a connection; `call` then runs the statements, with named parameters. `plain`
    runs them unprepared.
    """

    method: str
    prepare: str
    call: str
    plain: str


@cache
def load_queries() -> dict[str, Query]:
    """Returns the queries by name: each is under `-- method: name` in a file of `sql/queries/`.

    Replaces aiosql, which has no adapter for aiopg.
    """
    queries: dict[str, Query] = {}
    for path in sorted((folder("sql") / "queries").glob("*.sql")):
        _, *parts = HEAD.split(path.read_text("utf-8"))
        for method, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            queries[name] = parse(method, name, body)
    return queries


def parse(method: str, name: str, body: str) -> Query:
    """Reads the statements of a query; sqlparse knows where literals and comments are. Raises ValueError."""
    if method not in METHODS:
        raise ValueError(f"{name}: {method} is none of {', '.join(METHODS)}")
    statements = filter(None, map(_tokens, FilterStack().run(body)))
    texts = [_statement(f"{name}_{number}", tokens) for number, tokens in enumerate(statements)]
    return Query(method, *("".join(text) for text in zip(*texts, strict=True)))


def _tokens(statement: Statement) -> list[str]:
    """Returns the tokens without comments and the semicolon; none if only comments follow the last statement."""
    texts = ["\n" if token.value.startswith(("--", "/*")) else token.value for token in statement.flatten()]
    return [text for text in texts if text != ";"] if "".join(texts).strip() else []


def _statement(name: str, tokens: list[str]) -> tuple[str, str, str]:
    """Turns parameters into `$1`, `$2`…; a type given at one place of a parameter also applies to the value passed."""
    types: dict[str, str] = {}
    for place, token in enumerate(tokens):
        if token.startswith("%("):
            type_ = TYPE.match("".join(tokens[place + 1 : place + 5]))
            types[token] = types.get(token) or (type_[0] if type_ else "")
    places = {parameter: f"${place}" for place, parameter in enumerate(types, 1)}
    body = "".join(places.get(token, token) for token in tokens).strip()
    values = ", ".join(parameter + type_ for parameter, type_ in types.items())
    plain = [
        token + ("" if following == "::" else types[token]) if token in types else token.replace("%", "%%")
        for token, following in pairwise([*tokens, ""])
    ]
    return (
        f"prepare {name} as {body};",
        f"execute {name}({values});" if values else f"execute {name};",
        "".join(plain).strip() + ";",
    )
