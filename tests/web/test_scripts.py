"""Which modules can be joined into a script; tests/browser/test_joined_scripts.py tests how it behaves."""

import pytest

from chatserver.web.scripts import ScriptError, join

OTHERS = {"js/lib/time.js": "export function clock() {}\nexport const day = 1;\n"}


@pytest.mark.parametrize(
    "line",
    [
        "import '../lib/time.js';",
        "import * as time from '../lib/time.js';",
        "import time from '../lib/time.js';",
        "import { day } from 'time';",
        "await import('../lib/time.js');",
        "if (window.chat) { import('../lib/time.js') }",
        "const place = import.meta.url;",
        "export default class Chat {}",
        "export { day } from '../lib/time.js';",
        "export * from '../lib/time.js';",
        "export let day = 1;",
        "export const { day } = window;",
        "const day = 1; export { day };",
        "export {};",
    ],
)
def test_a_form_of_import_or_export_that_cannot_be_joined_is_an_error(line: str) -> None:
    with pytest.raises(ScriptError, match=r"^js/chat/chat.js has an import or export of a form that cannot be joined"):
        join(OTHERS | {"js/chat/chat.js": f"const chat = 1;\n{line}\n"}, "js/chat/chat.js")


def test_an_import_of_a_missing_name_or_module_is_an_error() -> None:
    with pytest.raises(ScriptError, match=r"^js/app.js imports date, night, which js/lib/time.js does not export\.$"):
        join(OTHERS | {"js/app.js": "import { night, clock, date } from './lib/time.js';\n"}, "js/app.js")
    with pytest.raises(ScriptError, match=r"^js/app.js imports lib/time.js, which does not exist\.$"):
        join(OTHERS | {"js/app.js": "import { day } from '../lib/time.js';\n"}, "js/app.js")


def test_modules_that_import_each_other_are_an_error() -> None:
    circle = {
        "js/app.js": "import { list } from './list.js';\n",
        "js/list.js": "import { row } from './row.js';\nexport const list = row;\n",
        "js/row.js": "import { list } from './list.js';\nexport const row = list;\n",
    }
    with pytest.raises(ScriptError, match=r"^js/list.js imports itself, through js/row.js\.$"):
        join(circle, "js/app.js")


def test_a_script_that_is_loaded_later_exports_what_its_entry_does() -> None:
    modules = {
        "js/app.js": "const load = (address) => import(address);\nload('later.js');\n",
        "js/later.js": "import { time } from './time.js';\nexport function show() {\n  return time;\n}\n",
        "js/time.js": "export const time = 1;\n",
    }
    assert "import(address)" in join(modules, "js/app.js")
    assert join(modules, "js/later.js").endswith("\nexport const { show } = $module1;\n")
    with pytest.raises(ScriptError, match="cannot be joined"):
        join({"js/app.js": "import('./later.js');\n"}, "js/app.js")


def test_words_in_comments_and_strings_are_not_imports() -> None:
    script = """/** @param {import('./no.js').No} no */
// import { no } from './no.js';
const form = '#export'; /* export default form; */
const address = `import/${form}`;
"""
    assert "#export" in join({"js/app.js": script}, "js/app.js")
