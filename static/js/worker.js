/**
 * The service worker: shows pushes, opens what they lead to, and has a page for when there is no connection. It keeps
 * nothing else, so that no page is ever older than the server's. `knows` comes before it (`web/pages/installing.py`).
 */

/** @type {any} */
const worker = self;
const { site, icon, badge, words, offline, styles } = worker.knows;
const CACHE = 'offline';
const MESSENGER = /^\/messages\/(?:$|chat\/|group\/)/;

worker.addEventListener('install', (event) => {
  worker.skipWaiting();
  event.waitUntil(keepOfflinePages());
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  if (method === 'GET' && mode === 'navigate') event.respondWith(pageOf(event.request));
  else if (styles.some((style) => url.endsWith(style))) event.respondWith(styleOf(event.request));
});
worker.addEventListener('push', (event) => event.waitUntil(show(event.data?.json() ?? {})));
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(goTo(event.notification.data.url));
});

async function keepOfflinePages() {
  await caches.delete(CACHE); // of an earlier version
  const cache = await caches.open(CACHE);
  await cache.addAll([...Object.values(offline), ...styles]);
}

async function pageOf(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const language = navigator.languages.map((tag) => tag.slice(0, 2)).find((code) => code in offline);
    const kept = await caches.match(offline[language ?? 'en']);
    if (kept) return kept;
    throw error;
  }
}

async function styleOf(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** Always shows something: browsers end the subscription of a worker that gets pushes in silence. */
async function show({ thread, title, text, seq, unread, url, language }) {
  const says = words[language] ?? words.en;
  const tag = thread ? `thread-${thread}` : 'chat';
  const [shown] = await worker.registration.getNotifications({ tag });
  const isAgain = shown?.data.seq >= seq; // a push may come twice; it is heard once
  await worker.registration.showNotification(title ?? (site || says.messages), {
    body: text ?? says.newMessage,
    tag,
    renotify: !isAgain,
    silent: isAgain,
    icon,
    badge,
    data: { thread, seq, url: safe(url) },
  });
  if (unread !== undefined) await worker.navigator.setAppBadge?.(unread);
}

/** @param {unknown} url @returns {string} a path of ours */
function safe(url) {
  return typeof url === 'string' && url.startsWith('/messages/') ? url : '/messages/';
}

/** Opens it in a window of the messenger that is there, or in a new one. */
async function goTo(url) {
  const windows = await worker.clients.matchAll({ type: 'window' });
  const there = windows.find((one) => MESSENGER.test(new URL(one.url).pathname));
  if (!there) return worker.clients.openWindow(url);
  there.postMessage({ type: 'open', url });
  return there.focus();
}
