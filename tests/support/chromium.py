"""Finds and starts the Chromium or Chrome of this machine."""

import os
import shutil

from playwright import sync_api
from playwright.async_api import Browser, Playwright

# The first one has no window system and takes half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_BROWSER = "no Chromium or Chrome was found; `make browser` fetches one"


def has_browser() -> bool:
    if installed_browser():  # asking playwright takes a second
        return True
    with sync_api.sync_playwright() as playwright:
        return find_browser(playwright) is not None


def find_browser(playwright: Playwright | sync_api.Playwright) -> str | None:
    fetched = playwright.chromium.executable_path
    return installed_browser() or (fetched if os.access(fetched, os.X_OK) else None)


def installed_browser() -> str | None:
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), MACOS]
    return next((path for path in found if path and os.access(path, os.X_OK)), None)


async def launch(playwright: Playwright) -> Browser:
    """Starts it; for root without its sandbox, which needs another user. Raises playwright's Error if it fails."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    return await playwright.chromium.launch(executable_path=find_browser(playwright), args=flags)
