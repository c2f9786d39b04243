"""Only participants reach a thread: the types, the queries and the answer to outsiders."""

import ast
import re
from pathlib import Path

import chatserver
from chatserver.conversations.access import outsider

CHATSERVER = Path(chatserver.__file__).parent

# What may take the id of a thread without a user, and why.
FOR_NO_USER = {
    "access.ThreadRequest": "what all others take",
    "access.Membership": "what all others take",
    "access.SiteRequest": "a program of the site, whose scope was checked",
    "acts.add": "`change_group` looks whether who does it owns the group, as the other acts do; the terminal needs not",
    "acts.remove": "see acts.add",
    "acts.set_history": "see acts.add",
    "acts.set_owner": "see acts.add",
    "acts.set_title": "see acts.add",
    "notes.Note": "what a participant has read",
    "messages.Message": "what a participant has read",
    "states.State": "what a participant has read",
    "message_files.PlacedFile": "a row of a query",
}


def test_functions_about_a_thread_take_a_request_or_a_membership() -> None:
    found = set()
    for path in (CHATSERVER / "conversations").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if takes_a_bare_thread(node):
                found.add(f"{path.stem}.{node.name}")  # type: ignore[attr-defined]
    assert found == FOR_NO_USER.keys()


def takes_a_bare_thread(node: ast.AST) -> bool:
    """Whether a public function or class, other than a row of a query, has a parameter or field for a thread's id."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
        return any(each.arg == "thread_id" for each in ast.walk(node.args) if isinstance(each, ast.arg))
    if isinstance(node, ast.ClassDef) and not node.name.endswith("Row"):
        fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
        return any(isinstance(field, ast.Name) and field.id == "thread_id" for field in fields)
    return False


def test_one_function_answers_outsiders() -> None:
    says = re.compile(r"""ChatError\("no_such_thread"\)""")
    places = [path for path in CHATSERVER.rglob("*.py") if says.search(path.read_text("utf-8"))]
    assert [path.relative_to(CHATSERVER).as_posix() for path in places] == ["conversations/access.py"]
    assert (outsider().code, outsider().status) == ("no_such_thread", 404)
