"""Joins the ES modules of `static/js` into one minified script, so that a module costs no request.

This replaces a bundler (esbuild, Rollup), which would need Node or a binary for each platform on the server. Our
modules import names and export declarations, and nothing else; ScriptError is raised for any other form, for an import
of a name that is not exported, and for modules that import each other in a circle. `import(address)` loads another
entry at run time: a joined script exports what its entry exports.
"""

import posixpath
import re
from collections.abc import Mapping

import rjsmin

IMPORT = re.compile(r"^import \{([^}]*)\} from '(\.[^']*)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.MULTILINE)
OTHER_FORM = re.compile(r"(?:^|[;{}])\s*(?:import|export)\b[^\n;]{0,60}|\bimport(?:\.|\((?!address\)))", re.MULTILINE)


class ScriptError(Exception):
    """A module cannot be joined; one sentence that names it."""


def join(modules: Mapping[str, str], entry: str) -> str:
    """Returns one script with the entry and everything that it imports, directly or not.

    `modules` maps names such as `js/chat/chat.js` to their texts. Each module becomes a function that runs once, after
    the modules it imports, and returns what it exports, so that modules cannot see each other's private names.
    Names stay as they are, for readable stack traces.
    """
    order: list[str] = []
    _visit(modules, entry, (), order)
    exported: dict[str, list[str]] = {}
    functions = []
    for name in order:
        exported[name] = EXPORT.findall(modules[name])
        functions.append(f"const {_variable(order, name)} = (() => {{\n{_body(modules, name, order, exported)}}})();\n")
    if exported[entry]:
        functions.append(f"export const {{ {', '.join(exported[entry])} }} = {_variable(order, entry)};\n")
    return "".join(functions)


def _visit(modules: Mapping[str, str], name: str, path: tuple[str, ...], order: list[str]) -> None:
    """Appends a module to the order, after those that it imports."""
    if name in path:
        raise ScriptError(f"{name} imports itself, through {' and '.join(path[path.index(name) + 1 :]) or name}.")
    if name not in modules:
        raise ScriptError(f"{path[-1]} imports {name}, which does not exist.")
    for _, source in IMPORT.findall(modules[name]):
        _visit(modules, _resolve(name, source), (*path, name), order)
    if name not in order:
        order.append(name)


def _resolve(name: str, source: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), source))


def _variable(order: list[str], name: str) -> str:
    """Returns the variable that holds a module's exports; our modules have no names like it."""
    return f"$module{order.index(name)}"


def _body(modules: Mapping[str, str], name: str, order: list[str], exported: Mapping[str, list[str]]) -> str:
    """Returns a module's minified text, with its imports read from variables and its exports returned."""

    def read(found: re.Match[str]) -> str:
        imported = _resolve(name, found[2])
        names = [each.strip().split(" as ") for each in found[1].split(",") if each.strip()]
        if missing := {each[0] for each in names} - {*exported[imported]}:
            raise ScriptError(f"{name} imports {', '.join(sorted(missing))}, which {imported} does not export.")
        return f"const {{ {', '.join(': '.join(each) for each in names)} }} = {_variable(order, imported)};\n"

    body = rjsmin.jsmin(EXPORT.sub("", IMPORT.sub(read, modules[name])))
    if other := OTHER_FORM.search(body):
        raise ScriptError(f"{name} has an import or export of a form that cannot be joined: {other[0].strip()}")
    return f"{body}\nreturn {{ {', '.join(exported[name])} }};\n"
