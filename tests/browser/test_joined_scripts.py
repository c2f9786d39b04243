"""A joined script behaves in a browser like its modules."""

from typing import Any

import pytest
from playwright.async_api import Browser, Route

from chatserver.web.scripts import join

SITE = "https://chat.example"
MODULES = {
    "js/app.js": """import { clock as time, Day } from './lib/time.js';
import {
  list,
  again as steps,
} from './list.js';
const rest = 'of the app';
// A comment's ' stays out of the way.
steps.push(`app  ${rest}`);
window.found = { time: time(), day: new Day().name, list, steps, slashes: 'a//b'.split(/[/'"`]/) };
""",
    "js/list.js": """import { steps } from './lib/steps.js';
import { Day } from './lib/time.js';
const rest = 'of the list'
steps.push(`list ${rest}`)
export const again = steps;
export const list = [new Day().name, rest];
""",
    "js/lib/time.js": """/** import { no } from './no.js'; */
import { steps } from './steps.js';
steps.push('time');
export class Day {
  #name = 'Monday';
  get name() {
    return this.#name;
  }
}
export async function later() {}
export function clock() {
  return rest;
}
const rest = '12:00';
""",
    "js/lib/steps.js": "export const steps = ['steps'];\n",
}


@pytest.mark.parametrize("is_joined", [False, True], ids=["modules", "joined"])
async def test_a_joined_script_behaves_like_its_modules(browser: Browser, is_joined: bool) -> None:
    scripts = {"js/app.js": join(MODULES, "js/app.js")} if is_joined else MODULES
    assert await found_by(browser, scripts) == {
        "time": "12:00",
        "day": "Monday",
        "list": ["Monday", "of the list"],
        "steps": ["steps", "time", "list of the list", "app  of the app"],
        "slashes": ["a", "", "b"],
    }


async def found_by(browser: Browser, scripts: dict[str, str]) -> Any:
    page = await browser.new_page()

    async def answer(route: Route) -> None:
        name = route.request.url.removeprefix(f"{SITE}/")
        if name in scripts:
            await route.fulfill(body=scripts[name], content_type="text/javascript")
        else:
            await route.fulfill(body='<script type="module" src="/js/app.js"></script>', content_type="text/html")

    await page.route("**", answer)
    await page.goto(f"{SITE}/")
    found = await page.evaluate("window.found")
    await page.close()
    return found
