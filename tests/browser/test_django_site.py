"""A Django site beside the chat: the one of `tests/sites/django`, and one made by following docs/django.md."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.async_api import Browser

from chatserver.config.settings import Config
from tests.browser.django_story import talk_at_the_site
from tests.support.django_site import DJANGO_SITE, beside_django, django_environ, django_site
from tests.support.repository import page
from tests.support.servers import serving

STEP = re.compile(
    r"^(?:Add (to the end of|before `</body>` in|to the menu in|to the page of a person, such as)|(Make)) "
    r"`([^`]+)`:\n\n```(?:python|html)\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# What an owner has before: `startproject`, people, and pages in templates of their own.
OWN = ("mysite/people.py", "mysite/views.py", "templates/home.html", "templates/registration/login.html")
OWN_SETTINGS = """
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
SESSION_COOKIE_NAME = "site_session"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
"""


def steps() -> list[tuple[str, str, str]]:
    """The steps of the page: what to do, with which file, and the lines."""
    return [(how or made, file, lines) for how, made, file, lines in STEP.findall(page("docs/django.md"))]


def test_the_sites_part_has_less_than_60_lines_and_is_that_of_the_site_we_test() -> None:
    lines = [(file, line) for _, file, text in steps() for line in text.splitlines() if line.strip()]
    assert 40 < len(lines) < 60
    texts = {file: (DJANGO_SITE / file).read_text().splitlines() for file in {file for file, _ in lines}}
    assert [(file, line) for file, line in lines if line not in texts[file]] == []


async def test_people_of_the_site_talk_in_the_chat_and_in_its_frame(browser: Browser, config: Config) -> None:
    config = beside_django(config)
    async with serving(config), django_site(DJANGO_SITE, await django_environ(config), config.embed_origins[0]) as site:
        await talk_at_the_site(browser, site, config.origins[0])


async def test_the_page_followed_on_a_fresh_project_works(browser: Browser, config: Config, tmp_path: Path) -> None:
    project = make_project(tmp_path)
    for how, file, lines in steps():
        follow(how, project / file, lines)
    config = beside_django(config)
    environ = await django_environ(config)
    async with serving(config), django_site(project, environ, config.embed_origins[0]) as site:
        await talk_at_the_site(browser, site, config.origins[0])


def make_project(folder: Path) -> Path:
    """A project as `startproject` makes it, with the site's own pages, before the chat comes."""
    project = folder / "project"
    project.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "mysite", project], check=True)
    for file in OWN:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text((DJANGO_SITE / file).read_text())
    before = {file: (DJANGO_SITE / file).read_text() for file in ("mysite/urls.py", "templates/base.html")}
    for _, file, lines in steps():
        if file in before:
            assert lines in before[file]
            before[file] = before[file].replace(lines, "")
    for file, text in before.items():
        (project / file).write_text(text)
    profile = (DJANGO_SITE / "templates/profile.html").read_text()
    (project / "templates/profile.html").write_text(re.sub(r"<p><a .*\n", "", profile))
    with (project / "mysite/settings.py").open("a") as settings:
        settings.write(OWN_SETTINGS)
    return project


def follow(how: str, file: Path, lines: str) -> None:
    """Does what a step says."""
    if how == "Make":
        file.write_text(lines)
        return
    place = {
        "before `</body>` in": "</body>",
        "to the menu in": "    <form method",
        "to the page of a person, such as": "{% endif %}",
    }
    text = file.read_text()
    if how in place:
        assert text.count(place[how]) >= 1
        at = text.index(place[how])
        file.write_text(text[:at] + lines + text[at:])
    else:
        file.write_text(text + "\n" + lines)
