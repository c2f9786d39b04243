"""The tokens of docs/any-site.md, made by its own lines, are taken."""

import asyncio
import json
import re
import shutil
from pathlib import Path

import pytest
from yarl import URL

from tests.support.people import Person
from tests.support.repository import page
from tests.support.tokens import SECRET, base64url, posts

USER = {"id": 17, "name": "ana", "fullName": "Ana Ruiz", "full_name": "Ana Ruiz"}
CALLS = {
    "node": "import {{ chatToken }} from '{file}';\nprocess.stdout.write(chatToken({user}, {more}));\n",
    "php": "<?php\nrequire '{file}';\necho chat_token(json_decode('{user}', true), json_decode('{more}', true));\n",
}

HERE = [each for each in (("node", "mjs"), ("php", "php")) if shutil.which(each[0])]


def lines_of(file: str) -> str:
    """The block of the page that makes this file."""
    [found] = re.findall(rf"`{re.escape(file)}`[^\n]*:\n\n```\w+\n(.*?)^```$", page("docs/any-site.md"), re.S | re.M)
    return str(found)


@pytest.mark.parametrize(("language", "ending"), HERE)
async def test_a_token_of_the_page_signs_in(
    browser: Person, site: URL, tmp_path: Path, language: str, ending: str
) -> None:
    made = tmp_path / f"chat-token.{ending}"
    # The page's key is called `site`, that of the tests `new`.
    made.write_text(lines_of(made.name).replace("kid: 'site'", "kid: 'new'")
                    .replace("'kid' => 'site'", "'kid' => 'new'"))  # fmt: skip
    call = tmp_path / f"call.{ending}"
    more = {"language": "ru"}
    call.write_text(CALLS[language].format(file=made, user=json.dumps(USER), more=json.dumps(more)))
    environ = {"CHAT_URL": str(site.origin()), "CHAT_SECRET": base64url(SECRET), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = await asyncio.create_subprocess_exec(language, call, env=environ, stdout=asyncio.subprocess.PIPE)
    made_token, _ = await done.communicate()
    answer = await posts(browser, made_token.decode())
    assert answer.status == 303, answer.text
    user = (await browser.json("/messages/session"))["user"]
    assert (user["sub"], user["name"], user["full_name"]) == ("17", "ana", "Ana Ruiz")
