import { ofThread } from './of_thread.js';
import { sendPlainly } from './plain_send.js';

/**
 * What one writes in an open chat: from the box through the outbox, until it is stored or refused.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {import('./replying.js').Replying|null} replying
 * @param {AbortSignal} signal when the chat is left
 */
export function followOutbox(view, { outbox, socket, texts }, replying, signal) {
  const { thread, list, history, composer, notice, typing, changes, find } = view;
  const on = ofThread(outbox, thread, signal);
  const waiting = () => outbox.entries(thread).filter(({ state }) => state === 'waiting');

  composer?.addEventListener('compose', ({ detail }) => {
    outbox.add(thread, detail, replying?.take());
    typing.endOwn();
  });
  composer?.addEventListener('write', () => typing.sendOwn());
  list.addEventListener('tryagain', ({ detail }) => outbox.tryAgain(detail));
  list.addEventListener('discard', ({ detail }) => {
    outbox.discard(detail);
    view.focus();
  });
  find('send-plainly').addEventListener('click', () => sendPlainly(find('composer'), waiting()[0]));

  const adapt = () => {
    const plain = socket.state === 'unsupported' || socket.state === 'blocked';
    if (composer) composer.intercepts = !plain;
    notice.offerPlainSending(composer && plain && waiting().length > 0);
    list.showOffline(!socket.live);
    view.presence.showUnknown(!socket.live);
  };
  const changed = () => {
    if (!outbox.isVolatile) notice.takeBack(texts.memoryOnly);
    adapt();
  };
  socket.addEventListener('statechange', adapt, { signal });

  on('added', async (entry) => {
    if (!history.complete && (entry.elsewhere || (await view.goToEnd()))) return; // it waits there
    if (!entry.elsewhere) list.unreadLine.drop(); // who answers has read
    list.addPending(entry, !socket.live);
    find('no-messages').hidden = true;
    if (outbox.isVolatile) notice.say(texts.memoryOnly);
  });
  on('rewritten', (entry) => list.rewrite(entry));
  let refusal = ''; // why a deletion or a reaction was dropped: said until one tries something else
  on('change-dropped', ({ reason }) => {
    refusal = reason;
    notice.say(reason);
    changed();
  });
  for (const type of ['changing', 'changed-here', 'change-refused']) {
    on(type, () => {
      notice.takeBack(refusal);
      changed();
    });
  }
  on('settled', (message) => {
    view.receive(message);
    changed();
  });
  on('refused', (entry) => {
    list.rewrite(entry);
    list.refuse(entry);
    changed();
  });
  on('discarded', ({ id }) => {
    list.drop(id);
    changed();
  });

  const warn = (event) => {
    if (outbox.isVolatile) event.preventDefault();
  };
  addEventListener('beforeunload', warn, { signal });

  const showWaiting = () => {
    for (const entry of outbox.entries(thread)) {
      list.addPending(entry, !socket.live);
      if (entry.state === 'refused') list.refuse(entry);
    }
    changes.drawWaiting();
  };
  for (const [id, seq] of list.own) outbox.forget(id, seq);
  if (history.complete) showWaiting();
  else changes.drawWaiting();
  history.addEventListener('complete', showWaiting);
  adapt();
}
