/** The chat in the pane: wires its modules, and nothing else. */

import { reloadPage } from '../shell/router.js';
import { Composer } from './composer.js';
import { copyReadably } from './copying.js';
import { Counts, People } from './head.js';
import { History } from './history.js';
import { MessageList } from './messages.js';
import { sendPlainly } from './plain_send.js';
import { EndScroll, NewMessages } from './scroll.js';
import { Reading, Timeline } from './timeline.js';

/**
 * @param {HTMLElement} pane as the server drew it
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 * @returns {(thread: number) => boolean} whether a message that comes to a thread is seen at once
 */
export function openChat(pane, { me, texts, socket, outbox, drafts, router, today }, signal) {
  const chat = JSON.parse(pane.dataset.chat ?? '');
  const thread = chat.thread.id;
  /** @type {(id: string) => any} finds what a chat has */
  const find = (id) => pane.querySelector(`#${id}`);

  const scroll = new EndScroll(find('log'), signal);
  const list = new MessageList(pane, chat, me, scroll, texts);
  const timeline = new Timeline(chat.thread.total);
  const counts = new Counts(find('counts'), chat.thread);
  const history = new History(pane, thread, list, scroll.element, chat, signal);
  const isEnd = () => scroll.atEnd && history.complete;
  const news = new NewMessages(find('to-end'), scroll, texts.newMessages, chat.thread.unread, isEnd);
  const seesEnd = () => isEnd() && !document.hidden && document.hasFocus();
  const reading = new Reading(socket, thread, timeline, scroll, seesEnd, chat.thread.readSeq, signal);
  const people = new People(socket, thread, find('typing'), find('presence'), { me, texts });
  const form = find('composer'); // none where one cannot write: to who is blocked, or deleted
  const composer = form && new Composer(form, texts, drafts, thread, signal);
  const focus = () => (composer ?? pane).focus({ preventScroll: true });
  let refusal = ''; // what was said when one took no part any more
  let away = false; // while nobody looks, the first that comes gets a line above it
  const toEnd = () => {
    if (history.complete) scroll.toEnd();
    else router.go(find('to-end').href);
  };

  /** Says something, or only takes back what was said. */
  function notify(sentence, instead) {
    const text = find('notice-text');
    if (instead && text.textContent !== instead) return;
    text.textContent = sentence;
    showNotice();
  }

  function showNotice() {
    find('notice').hidden = !find('notice-text').textContent && find('send-plainly').hidden;
  }

  const waiting = () => outbox.entries(thread).filter(({ state }) => state === 'waiting');

  function receive(message) {
    if (!timeline.add(message.seq)) {
      list.drop(message.id);
      return;
    }
    const own = message.sender.id === me.id;
    if (!own) {
      news.count();
      people.stopped(message.sender.id);
    }
    if (!own && history.complete && !away && (document.hidden || !document.hasFocus())) {
      away = true;
      list.drawUnreadLine();
    }
    if (history.complete || !list.drop(message.id)) history.add(message);
    else toEnd(); // written at an old place, without a connection: one follows it
    find('no-messages').hidden = true;
    counts.add(own);
    reading.notice();
  }

  function showWaiting() {
    for (const entry of outbox.entries(thread)) {
      list.addPending(entry, !socket.live);
      if (entry.state === 'refused') list.refuse(entry);
    }
  }

  const on = (source, type, handle) =>
    source.addEventListener(
      type,
      ({ detail }) => {
        if (detail.thread === thread) handle(detail);
      },
      { signal },
    );

  const open = () => socket.send({ type: 'open', thread, after: timeline.contiguous });
  socket.addEventListener('hello', open, { signal });
  socket.addEventListener('presence', ({ detail }) => people.presence(detail), { signal });
  on(socket, 'message', receive);
  on(socket, 'typing', ({ user }) => people.started(user));
  on(socket, 'read', ({ user, seq, unread }) => {
    if (user !== me.id) list.showSeen(people.read(user, seq));
    else if (unread !== undefined) news.show(unread); // read on another screen
  });
  on(socket, 'reset', reloadPage);
  on(socket, 'opened', (opened) => {
    if (timeline.contiguous < opened.last) {
      reloadPage();
      return;
    }
    if (refusal) notify('', refusal); // one takes part again; what else the notice says stays
    people.know(opened.people);
    list.showSeen(people.seen);
    reading.startFrom(opened.people.find(({ id }) => id === me.id)?.read ?? 0);
  });
  on(socket, 'error', ({ id, code, message, retry_after: retryAfter = 2 }) => {
    if (id) return; // of a message: the outbox's
    if (code === 'no_such_thread') {
      refusal = message;
      notify(message); // what is typed can still be copied
    }
    // What was missed is missed still, and a mark may be lost: opening again makes both good.
    if (code === 'unavailable') {
      setTimeout(() => {
        if (!signal.aborted) open();
      }, retryAfter * 1000);
    }
  });
  const adapt = () => {
    const plain = socket.state === 'unsupported' || socket.state === 'blocked';
    if (composer) composer.intercepts = !plain;
    find('send-plainly').hidden = !composer || !plain || !waiting().length;
    showNotice();
    list.showOffline(!socket.live);
    find('presence').classList.toggle('unknown', !socket.live);
  };
  const outboxChanged = () => {
    if (!outbox.isVolatile) notify('', texts.memoryOnly);
    adapt();
  };
  socket.addEventListener('statechange', adapt, { signal });
  socket.addEventListener('hello', () => history.tryAgain(), { signal });
  signal.addEventListener('abort', () => socket.send({ type: 'close', thread }));

  on(outbox, 'added', async (entry) => {
    if (!history.complete && (entry.elsewhere || (await router.go(find('to-end').href)))) return; // it waits there
    if (!entry.elsewhere) list.dropUnreadLine(); // who answers has read
    list.addPending(entry, !socket.live);
    find('no-messages').hidden = true;
    if (outbox.isVolatile) notify(texts.memoryOnly);
  });
  on(outbox, 'settled', (message) => {
    receive(message);
    outboxChanged();
  });
  on(outbox, 'refused', (entry) => {
    list.refuse(entry);
    outboxChanged();
  });
  on(outbox, 'discarded', ({ id }) => {
    list.drop(id);
    outboxChanged();
  });
  list.addEventListener('tryagain', ({ detail }) => outbox.tryAgain(detail));
  list.addEventListener('discard', ({ detail }) => {
    outbox.discard(detail);
    focus();
  });

  composer?.addEventListener('compose', ({ detail }) => {
    outbox.add(thread, detail);
    people.sent();
  });
  composer?.addEventListener('write', () => people.tell());
  find('to-end').addEventListener('click', (event) => {
    event.preventDefault();
    toEnd();
    focus();
  });
  find('send-plainly').addEventListener('click', () => sendPlainly(form, waiting()[0]));
  const jump = find('jump');
  jump?.addEventListener('submit', (event) => {
    event.preventDefault();
    jump.hidePopover?.();
    /** @type {any} */
    const fields = new FormData(jump);
    router.go(`${jump.action}?${new URLSearchParams(fields)}`);
  });
  pane.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') focus();
  });
  history.addEventListener('failed', () => notify(texts.historyFailed));
  history.addEventListener('loaded', () => notify('', texts.historyFailed));
  copyReadably(find('messages'), signal);
  addEventListener(
    'focus',
    () => {
      away = false;
    },
    { signal },
  );
  addEventListener(
    'beforeunload',
    (event) => {
      if (outbox.isVolatile) event.preventDefault();
    },
    { signal },
  );

  const followToday = () => {
    people.showPresence(); // "yesterday"
    find('on')?.setAttribute('max', today.day);
  };
  today.addEventListener('change', followToday, { signal });

  people.know(chat.people);
  followToday();
  for (const id of list.ownIds) outbox.forget(id);
  if (history.complete) showWaiting();
  history.addEventListener('complete', () => {
    showWaiting();
    reading.notice();
    news.show();
  });
  list.goTo(chat.at, history.complete);
  news.show();
  // Without scripts a message from where one left off has it, so that it is in view.
  if (find('messages').querySelector('[autofocus]') && !find('composer')?.contains(document.activeElement)) focus();
  adapt();
  if (socket.live) open();
  return (place) => place === thread && seesEnd();
}
