"""The named queries of `sql/queries/`, and how each is prepared and called."""

import re
from functools import cache
from typing import NamedTuple

from chatserver.resources import folder

HEAD = r"^-- (query|execute_idempotent|execute_once): (\w+)\n"
PARAMETER = re.compile(r"%\((\w+)\)s((?:::\w+(?:\[\])?)?)")


class Query(NamedTuple):
    """The SQL of one query, and the method of `Database` that may run it.

    `prepare` runs once per connection; then `call` runs the statements, with named parameters. `plain` runs them
    unprepared.
    """

    method: str
    prepare: str
    call: str
    plain: str


@cache
def load_queries() -> dict[str, Query]:
    """The queries by name: each stands under `-- method: name` in a file of `sql/queries/`.

    Replaces aiosql, which has no adapter for aiopg.
    """
    queries: dict[str, Query] = {}
    for path in sorted((folder("sql") / "queries").glob("*.sql")):
        _, *parts = re.split(HEAD, path.read_text("utf-8"), flags=re.MULTILINE)
        for method, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            queries[name] = _query(method, name, body)
    return queries


def _query(method: str, name: str, body: str) -> Query:
    statements = [part for part in re.sub(r"--.*", "", body).split(";") if part.strip()]
    parts = [_statement(f"{name}_{number}", statement) for number, statement in enumerate(statements)]
    return Query(method, *("".join(texts) for texts in zip(*parts, strict=True)))


def _statement(name: str, statement: str) -> tuple[str, str, str]:
    """Turns parameters into `$1`, `$2`…; a type given at one place of a parameter also applies to the value passed."""
    types: dict[str, str] = {}
    for parameter, type_ in PARAMETER.findall(statement):
        types[parameter] = types.get(parameter) or type_
    places = {parameter: f"${place}" for place, parameter in enumerate(types, 1)}
    body = PARAMETER.sub(lambda found: places[found[1]] + found[2], statement).replace("%%", "%")
    given = ", ".join(f"%({parameter})s{type_}" for parameter, type_ in types.items())
    return (
        f"prepare {name} as {body};",
        f"execute {name}({given});" if given else f"execute {name};",
        PARAMETER.sub(lambda found: f"%({found[1]})s{types[found[1]]}", statement) + ";",
    )
