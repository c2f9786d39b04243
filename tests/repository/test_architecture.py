"""docs/architecture.md, the import contract in setup.cfg and the tree name the same packages, in the same order."""

import re
from configparser import ConfigParser

from tests.support.repository import ROOT

LEFT_OUT = {"__init__", "__main__", "__pycache__", "gunicorn_conf", "py.typed"}


def setup() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def contract() -> list[list[str]]:
    """The layers of the import contract, from the top."""
    layers = setup()["importlinter:contract:layers"]["layers"].split("\n")
    return [row.split(" | ") for row in layers if row]


def test_the_document_shows_the_packages_in_the_order_of_the_import_contract() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Packages")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", table, flags=re.MULTILINE)
    assert [re.findall(r"`(\w+)`", row) for row in rows] == contract()


def test_the_contract_names_every_package_and_module() -> None:
    found = {path.name.removesuffix(".py") for path in (ROOT / "chatserver").iterdir()} - LEFT_OUT
    assert {name for row in contract() for name in row} == {name for name in found if not name.endswith(".txt")}


def test_the_wheel_has_every_package_but_the_development_server() -> None:
    listed = {name for name in setup()["options"]["packages"].split() if not name.startswith(DATA)}
    packages = {".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "chatserver").rglob("__init__.py")}
    assert listed == {name for name in packages if not name.startswith("chatserver.development")}


def test_the_wheel_requires_the_packages_that_are_pinned_for_production() -> None:
    lines = (ROOT / "requirements" / "production.in").read_text().splitlines()
    pinned = [line.partition(";")[0] for line in lines if not line.startswith("#")]
    required = [
        *setup()["options"]["install_requires"].split(),
        *setup()["options.extras_require"]["production"].split(),
    ]
    assert sorted(required) == sorted(pinned)


DATA = ("chatserver.templates", "chatserver.static", "chatserver.sql", "chatserver.locale")


def test_the_wheel_has_every_folder_of_data() -> None:
    listed = {name for name in setup()["options"]["packages"].split() if name.startswith(DATA)}
    folders = {
        path.parent.relative_to(ROOT)
        for top in ("templates", "static", "sql", "locale")
        for path in (ROOT / top).rglob("*")
        if path.suffix in {".html", ".css", ".js", ".svg", ".sql", ".po", ".jinja"}
    }
    assert {".".join(("chatserver", *path.parts)) for path in folders} == listed - {
        "chatserver.sql",
        "chatserver.locale",
    }


def test_a_message_passes_the_seven_modules_that_the_document_lists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    listed = re.findall(
        r"^\d\. `(\w+/\w+)\.py`", text.partition("## The modules that a message passes")[2], re.MULTILINE
    )
    modules = [f"chatserver.{path.replace('/', '.')}" for path in listed]
    assert len(modules) == 7
    hands_on = {
        (giver, taker)
        for giver in modules
        for taker in modules
        if f"from {taker} import" in (ROOT / f"{giver.replace('.', '/')}.py").read_text("utf-8")
    }
    reader, sending, store, publisher, _subscriber, dispatcher, hub = modules
    # Between publisher and subscriber is Redis; server/services.py gives the dispatcher's method to the subscriber.
    assert hands_on == {(reader, sending), (reader, store), (sending, store), (store, publisher), (dispatcher, hub)}
    wiring = (ROOT / "chatserver" / "server" / "services.py").read_text("utf-8")
    assert "partial(subscriber.run, dispatcher.on_event, dispatcher.on_connection)" in wiring
    assert "mailbox.put(event)" in (ROOT / "chatserver" / "realtime" / "hub.py").read_text("utf-8")
