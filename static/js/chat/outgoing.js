import { ofThread } from './of_thread.js';

/**
 * The user's own messages in an open chat, from the composer through the outbox until they are stored or refused.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {import('./replying.js').Replying|null} replying
 * @param {import('./attaching.js').Attaching|null} attaching
 * @param {AbortSignal} signal when the chat is left
 */
export function followOutbox(view, { outbox, drafts, socket, status, texts, ways }, replying, attaching, signal) {
  const { thread, list, history, composer, notice, typing, changes, find } = view;
  const on = ofThread(outbox, thread, signal);

  composer?.addEventListener('compose', async ({ detail }) => {
    const reply = replying?.take();
    if (attaching?.isBusy) {
      drafts.hold(thread, detail); // or it would be lost with the page
      await attaching.rest();
    }
    const files = attaching?.take();
    if (detail || files) outbox.add(thread, detail, reply, files);
    else replying?.resume(reply); // no file could be read
    drafts.release(thread, detail);
    ways.open();
    typing.endOwn();
  });
  composer?.addEventListener('write', () => typing.sendOwn());
  list.addEventListener('tryagain', ({ detail }) => {
    outbox.tryAgain(detail);
    ways.open();
  });
  list.addEventListener('discard', ({ detail }) => {
    outbox.discard(detail);
    view.focus();
  });
  find('send-plainly').addEventListener('click', () => ways.open());

  let refusal = ''; // why something was not done: said until one tries something else
  const refuse = (reason) => {
    refusal = reason;
    notice.say(reason);
  };
  const adapt = () => {
    notice.offerPlainSending(ways.isPlain && !ways.isOpen && outbox.waits(thread));
    list.showOffline(!ways.live);
    view.presence.showUnknown(!socket.live);
  };
  const changed = () => {
    if (!outbox.isVolatile) notice.takeBack(texts.memoryOnly);
    adapt();
  };
  ways.addEventListener('statechange', adapt, { signal });
  ways.addEventListener('open', () => notice.takeBack(refusal), { signal });
  ways.addEventListener('fail', ({ detail }) => refuse(detail.sentence ?? texts.cannotSend), { signal });
  /** Without a socket what came meanwhile is on the page that follows. */
  const follow = async () => {
    if (!ways.isOpen || outbox.waits(thread)) return;
    await view.goToEnd();
    if (refusal) status.say(refusal);
  };

  on('added', async (entry) => {
    if (!history.complete && (entry.elsewhere || (await view.goToEnd()))) return; // it waits there
    if (!entry.elsewhere) list.unreadLine.drop(); // a user who replies has read everything
    list.addPending(entry, !ways.live);
    find('no-messages').hidden = true;
    if (outbox.isVolatile) notice.say(texts.memoryOnly);
  });
  on('rewritten', (entry) => list.rewrite(entry));
  on('change-dropped', ({ reason }) => {
    refuse(reason);
    changed();
  });
  for (const type of ['changing', 'changed-here', 'change-refused']) {
    on(type, () => {
      notice.takeBack(refusal);
      changed();
    });
  }
  on('changing', ({ elsewhere }) => {
    if (!elsewhere) ways.open();
  });
  on('settled', (message) => {
    view.receive(message);
    changed();
    follow();
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
      list.addPending(entry, !ways.live);
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
