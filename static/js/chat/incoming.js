import { reloadPage } from '../shell/reload.js';
import { ofThread } from './of_thread.js';

/**
 * What the server sends of an open chat: messages, notes, typing, read markers, presence, who takes part, and whether
 * anything is missing.
 * @param {import('./view.js').ChatView} view
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the chat is left
 */
export function followSocket(view, { me, socket }, signal) {
  const { thread, timeline, list, people, typing, presence, reading, changes, group } = view;
  const on = ofThread(socket, thread, signal);
  const open = () => socket.send({ type: 'open', thread, after: timeline.contiguous, change: changes.opening() });

  socket.addEventListener('hello', open, { signal });
  socket.addEventListener('hello', () => view.history.tryAgain(), { signal });
  signal.addEventListener('abort', () => socket.send({ type: 'close', thread }));
  on('message', (message) => view.receive(message));
  on('note', (note) => view.history.addNote(note));
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
    if (timeline.contiguous < opened.last || group.isOfAnotherStay(opened)) {
      reloadPage();
      return;
    }
    group.update(opened, opened.as_of);
    list.showSeen(people.readByAll);
    reading.startFrom(opened.people.find(({ id }) => id === me.id)?.read ?? 0);
  });

  on('thread', (frame) => {
    if (group.isOfAnotherStay(frame)) reloadPage();
    else group.update(frame, frame.change);
  });
  on('removed', () => group.leave());

  on('error', ({ id, code, retry_after: retryAfter = 2 }) => {
    if (id) return; // about a message: the outbox handles it
    if (code === 'no_such_thread') group.leave();
    // Messages or a read marker may have been lost: opening the thread again recovers both.
    if (code === 'unavailable') {
      setTimeout(() => {
        if (!signal.aborted) open();
      }, retryAfter * 1000);
    }
  });

  if (socket.live) open();
}
