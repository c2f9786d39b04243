import { reloadPage } from '../shell/reload.js';
import { ofThread } from './of_thread.js';

/**
 * What the server sends of an open chat: messages, typing, read markers, presence, and whether anything is missing.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 */
export function followSocket(view, { me, socket }, signal) {
  const { thread, timeline, list, people, typing, presence, notice, reading, changes } = view;
  const on = ofThread(socket, thread, signal);
  const open = () => socket.send({ type: 'open', thread, after: timeline.contiguous, change: changes.opening() });
  let refusal = ''; // what was said when one took no part any more

  socket.addEventListener('hello', open, { signal });
  socket.addEventListener('hello', () => view.history.tryAgain(), { signal });
  signal.addEventListener('abort', () => socket.send({ type: 'close', thread }));
  on('message', (message) => view.receive(message));
  on('typing', ({ user }) => typing.show(user));
  on('reset', reloadPage);

  const showPresence = ({ detail }) => {
    if (!people.has(detail.user)) return;
    people.setPresence(detail);
    presence.show();
  };
  socket.addEventListener('presence', showPresence, { signal });

  on('changed', ({ unread }) => {
    if (unread !== undefined) view.end.show(unread); // one of them was deleted
  });
  on('read', ({ user, seq, unread }) => {
    if (user !== me.id) {
      people.setRead(user, seq);
      list.showSeen(people.readByAll);
    } else if (unread !== undefined) {
      view.end.show(unread); // read on another screen
    }
  });

  on('opened', (opened) => {
    if (timeline.contiguous < opened.last) {
      reloadPage();
      return;
    }
    if (refusal) notice.takeBack(refusal); // one takes part again; what else the notice says stays
    people.update(opened.people);
    list.showSeen(people.readByAll);
    reading.startFrom(opened.people.find(({ id }) => id === me.id)?.read ?? 0);
  });

  on('error', ({ id, code, message, retry_after: retryAfter = 2 }) => {
    if (id) return; // of a message: the outbox's
    if (code === 'no_such_thread') {
      refusal = message;
      notice.say(message); // what is typed can still be copied
    }
    // What was missed is missed still, and a mark may be lost: opening again makes both good.
    if (code === 'unavailable') {
      setTimeout(() => {
        if (!signal.aborted) open();
      }, retryAfter * 1000);
    }
  });

  if (socket.live) open();
}
