/** The chat in the pane: opens it, and connects it to the socket, the outbox and its controls. */

import { ComposerBar } from './composer_bar.js';
import { copyReadably } from './copying.js';
import { Editing } from './editing.js';
import { followSocket } from './incoming.js';
import { offerActions } from './message_actions.js';
import { followOutbox } from './outgoing.js';
import { Quotes } from './quotes.js';
import { Replying } from './replying.js';
import { ChatView } from './view.js';

/**
 * @param {HTMLElement} pane as the server drew it
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 * @returns {(thread: number) => boolean} whether a message that comes to a thread is seen at once
 */
export function openChat(pane, app, signal) {
  const view = new ChatView(pane, app, signal);
  const { find, history, list, people } = view;
  people.update(view.data.people);
  followToday(view, app.today, signal);
  view.changes.drawReactions();
  followHistory(view, app.texts);
  const { composer } = view;
  const bar = composer && new ComposerBar(find('composer'));
  const replying = bar && new Replying(view, app, bar);
  const editing = bar && new Editing(view, app, bar);
  composer?.addEventListener('leave', (event) => {
    if (bar?.end()) event.preventDefault();
  });
  followOutbox(view, app, replying, signal);
  offerActions(view, app, editing, replying, signal);
  new Quotes(view, app, signal);
  list.goTo(view.data.at, history.complete);
  view.end.show();
  connectControls(view, app.router);
  copyReadably(find('messages'), signal);
  // Without scripts a message from where one left off has it, so that it is in view.
  const isMarked = find('messages').querySelector('[autofocus]');
  if (isMarked && !find('composer')?.contains(document.activeElement)) view.focus();
  followSocket(view, app, signal);
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
function followHistory({ history, notice, reading, end }, { historyFailed }) {
  history.addEventListener('failed', () => notice.say(historyFailed));
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
