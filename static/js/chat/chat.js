/** The chat in the pane: opens it, and connects it to the socket, the outbox and its controls. */

import { loadFiles, loadLater } from '../lib/later.js';
import { Attaching } from './attaching.js';
import { ComposerBar } from './composer_bar.js';
import { copyReadably } from './copying.js';
import { Editing } from './editing.js';
import { followSocket } from './incoming.js';
import { offerActions } from './message_actions.js';
import { followOutbox } from './outgoing.js';
import { Quotes } from './quotes.js';
import { followNames } from './renaming.js';
import { Replying } from './replying.js';
import { ChatView } from './view.js';

const ROOM_FOR_PANEL = '(width >= 64rem)';

/**
 * @param {HTMLElement} pane as the server drew it
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 * @returns {(thread: number) => boolean} whether a message that comes to a thread is seen at once
 */
export function openChat(pane, app, signal) {
  const view = new ChatView(pane, app, signal);
  const { find, history, list } = view;
  followToday(view, app.today, signal);
  view.changes.drawReactions();
  followHistory(view, app.texts);
  const { composer } = view;
  const bar = composer && new ComposerBar(find('composer'));
  const replying = bar && new Replying(view, app, bar);
  const editing = bar && new Editing(view, app, bar);
  const attaching = composer && new Attaching(view, app, signal);
  composer?.addEventListener('leave', (event) => {
    if (bar?.end()) event.preventDefault();
  });
  followOutbox(view, app, replying, attaching, signal);
  offerActions(view, app, editing, replying, signal);
  new Quotes(view, app, signal);
  offerViewer(view, app);
  list.goTo(view.data.at, history.complete);
  view.end.show();
  connectControls(view, app.router);
  offerPanel(view, app, signal);
  copyReadably(find('messages'), signal);
  // Without scripts, `autofocus` on the message at the unread line brings it into view.
  const isMarked = find('messages').querySelector('[autofocus]');
  if (isMarked && !find('composer')?.contains(document.activeElement)) view.focus();
  followSocket(view, app, signal);
  followNames(view, app, signal);
  return (thread) => thread === view.thread && view.seesEnd;
}

/** @param {ChatView} view @param {import('../lib/today.js').Today} today @param {AbortSignal} signal */
function followToday(view, today, signal) {
  const follow = () => {
    view.presence.show(); // "yesterday"
    view.find('on')?.setAttribute('max', today.day);
  };
  today.addEventListener('change', follow, { signal });
  follow();
}

/** @param {ChatView} view @param {{historyFailed: string}} texts */
function followHistory({ history, notice, reading, end, group }, { historyFailed }) {
  history.addEventListener('failed', () => {
    if (!group.isOut) notice.say(historyFailed);
  });
  history.addEventListener('loaded', () => notice.takeBack(historyFailed));
  history.addEventListener('complete', () => {
    reading.notice();
    end.show();
  });
}

/** @param {ChatView} view @param {import('../shell/router.js').Router} router */
function connectControls(view, router) {
  const { find } = view;
  find('to-end').addEventListener('click', (event) => {
    event.preventDefault();
    view.scrollToEnd();
    view.focus();
  });
  const jump = find('jump');
  jump?.addEventListener('submit', (event) => {
    event.preventDefault();
    jump.hidePopover?.();
    /** @type {any} */
    const fields = new FormData(jump);
    router.go(`${jump.action}?${new URLSearchParams(fields)}`);
  });
  view.pane.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') view.focus();
  });
}

/** A picture opens in the viewer, without scripts as a page of its own. @param {ChatView} view */
function offerViewer({ find }, { status, texts }) {
  find('messages').addEventListener('click', async (event) => {
    const link = event.target.closest('.picture a[href]');
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    try {
      (await loadFiles()).showPicture(link, texts);
    } catch {
      status.say(texts.cannotOpen);
    }
  });
}

/** On a wide screen the page of a group comes beside its chat. @param {ChatView} view @param {AbortSignal} signal */
function offerPanel(view, app, signal) {
  /** @type {any} */
  let panel = null;
  view.pane.addEventListener('click', async (/** @type {any} */ event) => {
    if (!event.target.closest('a')?.matches(`[href="/messages/group/${view.thread}/"]`)) return;
    if (!matchMedia(ROOM_FOR_PANEL).matches || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    view.find('more').hidePopover?.();
    try {
      panel ??= (await loadLater()).makePanel(view, app, signal);
      if (!signal.aborted) panel.toggle();
    } catch {
      app.status.say(app.texts.cannotOpen);
    }
  });
  view.group.addEventListener('leave', () => view.find('group-link')?.removeAttribute('href'));
}
