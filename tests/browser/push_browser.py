"""A browser whose pushes come from a push service of ours.

What Chromium cannot do without windows and a network is told apart here: subscribing at its maker's service, and
the system that shows notifications. All else is Chromium's own: the worker, to which DevTools deliver what the service
got, and the pages.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Worker

from tests.browser.screens import Screen
from tests.support.people import PATIENCE
from tests.support.push_service import PushService
from tests.support.pushing import PushBrowser

SUBSCRIBE = """(() => {
  const given = GIVEN;
  const KEY = 'stand-in';
  // Chromium without windows says `denied`, whatever was granted.
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  const bytes = (key) => atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  const made = (key) => key && {
    endpoint: given.endpoint,
    options: { applicationServerKey: Uint8Array.from(bytes(key), (sign) => sign.charCodeAt(0)) },
    toJSON: () => given,
    unsubscribe: async () => localStorage.removeItem(KEY),
  };
  PushManager.prototype.getSubscription = async () => made(localStorage.getItem(KEY));
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem(KEY, applicationServerKey);
    return made(applicationServerKey);
  };
})()"""
# The system's notifications, which the worker and the pages share: a newer one takes the place of one with its tag.
SYSTEM_OF_WORKER = """() => {
  const system = new BroadcastChannel('system');
  let shown = [];
  const close = (tag) => { shown = shown.filter((one) => one.tag !== tag); };
  const fitting = ({ tag } = {}) => shown.filter((one) => !tag || one.tag === tag);
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
    close(options.tag);
    shown.push({ title, ...options });
  };
  ServiceWorkerRegistration.prototype.getNotifications = async (which) => fitting(which);
  WorkerNavigator.prototype.setAppBadge = async (count) => { self.badge = count; };
  system.onmessage = ({ data: { id, which, tag } }) => {
    if (tag) close(tag);
    else system.postMessage({ id, shown: fitting(which) });
  };
  self.clickOnFirst = () => {
    const [notification] = shown;
    const event = Object.assign(new Event('notificationclick'), {
      notification: { ...notification, close: () => close(notification.tag) },
      waitUntil: (work) => work.catch(() => {}),  // only a real click may bring a window to the front
    });
    self.dispatchEvent(event);
  };
}"""
SYSTEM_OF_PAGE = """(() => {
  const system = new BroadcastChannel('system');
  ServiceWorkerRegistration.prototype.getNotifications = (which = {}) => new Promise((resolve) => {
    const id = crypto.randomUUID();
    const hear = ({ data }) => {
      if (data.id !== id) return;
      system.removeEventListener('message', hear);
      resolve(data.shown.map((one) => ({ ...one, close: () => system.postMessage({ tag: one.tag }) })));
    };
    system.addEventListener('message', hear);
    system.postMessage({ id, which });
  });
})()"""
SHOWN = """async () => {
  const shown = await self.registration.getNotifications();
  return shown.map(({ title, body, tag, silent }) => ({ title, body, tag, silent }));
}"""


class PushedScreen:
    """A person's browser that may show notifications."""

    def __init__(self, screen: Screen, service: PushService) -> None:
        self.screen = screen
        self.service = service
        self._devtools: CDPSession | None = None
        self._registrations: list[dict[str, Any]] = []

    @property
    def context(self) -> BrowserContext:
        return self.screen.page.context

    @property
    def worker(self) -> Worker:
        return self.context.service_workers[0]

    async def begins(self, browser: PushBrowser, url: str) -> None:
        """Allows notifications, and lets the service be this browser's."""
        await self.context.grant_permissions(["notifications"], origin=url)
        await self.context.add_init_script(SUBSCRIBE.replace("GIVEN", json.dumps(browser.subscription)))
        await self.context.add_init_script(SYSTEM_OF_PAGE)
        # A tab of its own, which stays when the chat's is closed.
        self._devtools = await self.context.new_cdp_session(await self.context.new_page())
        self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._note)
        await self._devtools.send("ServiceWorker.enable")

    async def has_a_worker(self) -> None:
        """Gives the worker, once it is there, the system that shows notifications."""
        await self.worker.evaluate(SYSTEM_OF_WORKER)

    def _note(self, event: dict[str, Any]) -> None:
        self._registrations += [one for one in event["registrations"] if not one["isDeleted"]]

    async def gets_next(self) -> dict[str, Any]:
        """Delivers the next push to the worker, as the browser would; returns what it says."""
        push = (await self.service.next()).read
        await self.gets(push)
        return push

    async def gets(self, push: dict[str, Any]) -> None:
        assert self._devtools
        registration = self._registrations[-1]
        origin = registration["scopeURL"].partition("/messages/")[0]
        fields = {"origin": origin, "registrationId": registration["registrationId"], "data": json.dumps(push)}
        await self._devtools.send("ServiceWorker.deliverPushMessage", fields)

    async def shows(self, *expected: dict[str, Any]) -> None:
        """Waits until the system shows exactly these notifications, with at least these fields."""
        shown: list[dict[str, Any]] = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not fits(shown := await self.worker.evaluate(SHOWN), expected):
                    await asyncio.sleep(0.05)
        assert fits(shown, expected), shown

    async def has_badge(self, number: int) -> None:
        """Waits for this number on the icon of the installed chat."""
        async with asyncio.timeout(PATIENCE):
            while await self.worker.evaluate("self.badge") != number:
                await asyncio.sleep(0.05)

    async def clicks_notification(self) -> None:
        """Clicks on the one that is shown."""
        await self.worker.evaluate("self.clickOnFirst()")


def fits(shown: Sequence[dict[str, Any]], expected: Sequence[dict[str, Any]]) -> bool:
    """Tells whether these are shown, each with at least the expected fields."""
    return len(shown) == len(expected) and all(one | more == one for one, more in zip(shown, expected, strict=True))
