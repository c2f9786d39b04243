/**
 * Loaded by the messenger where it is installed or may notify: keeps the subscription, opens what a notification leads
 * to, and takes back notifications of what was read, here or elsewhere.
 */

import { canPush, keep, register } from './net/push.js';

/** @param {import('./app.js').App} app @param {any} list of the conversations */
export async function followNotifications(app, list) {
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (data.type === 'open') app.router.go(data.url);
  });
  const registration = await register();
  if (canPush) keep(app.me.id).catch(() => {}); // the next page tries again
  const takeBack = () => takeBackRead(registration, list);
  app.socket.addEventListener('changed', ({ detail }) => {
    if (detail.deleted) takeBackDeleted(registration, detail);
  });
  app.socket.addEventListener('read', ({ detail }) => {
    if (detail.user === app.me.id && detail.unread === 0) close(registration, { tag: `thread-${detail.thread}` });
  });
  const watched = { attributes: true, attributeFilter: ['data-unread'], childList: true, subtree: true };
  new MutationObserver(takeBack).observe(list, watched);
  takeBack();
}

/** Closes the notifications of conversations with nothing unread. */
function takeBackRead(registration, list) {
  return close(registration, {}, ({ thread }) => {
    const row = list.querySelector(`[data-thread="${Number(thread)}"]`);
    return row?.dataset.unread === '0';
  });
}

/** Closes the notification of a message that was deleted. */
function takeBackDeleted(registration, { thread, seq }) {
  return close(registration, { tag: `thread-${thread}` }, (data) => data.seq === seq);
}

/** Closes those of the shown notifications that fit. @param {(data: any) => boolean} fits by what the push said */
async function close(registration, which, fits = () => true) {
  for (const notification of await registration.getNotifications(which)) {
    if (fits(notification.data ?? {})) notification.close();
  }
}
