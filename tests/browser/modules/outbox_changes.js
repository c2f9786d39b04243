import { equal, test } from './harness.js';
import { MESSAGE, open, THREAD } from './outbox_server.js';

test('changes are sent one at a time, after the messages written before them', async () => {
  const { server, outbox, events } = open();
  outbox.add(THREAD, 'hello');
  await outbox.change({ ...MESSAGE, kind: 'edit', text: 'better', base: 2 });
  await outbox.change({ ...MESSAGE, kind: 'react', emoji: '👍', on: true });
  await outbox.change({ thread: THREAD, seq: 3, kind: 'delete' });
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'hello' });
  equal(server.got.length, 1);
  server.answer('sent', { seq: 5 });
  equal(await server.frame(2), { type: 'edit', seq: 4, text: 'better', base: 2 });
  server.answer('done', { change: 9 });
  equal(await server.frame(3), { type: 'react', seq: 4, emoji: '👍', on: true });
  server.answer('done', { change: 10 });
  equal(await server.frame(4), { type: 'delete', seq: 3 });
  server.answer('done', { change: 11 });
  equal(events, [
    ['added', 'hello'],
    ['settled', 'hello'],
    ['changed-here', 9],
    ['changed-here', 10],
    ['changed-here', 11],
  ]);
  equal(localStorage.length, 0);
});

test('a message that was never handed to a socket is edited in place and sent once', async () => {
  const { server, outbox, events } = open();
  outbox.add(THREAD, 'helo');
  const [{ id }] = outbox.entries(THREAD);
  await outbox.change({ thread: THREAD, of: id, kind: 'edit', text: 'hello', base: 0 });
  equal([outbox.entries(THREAD).map(({ text }) => text), outbox.changes(THREAD)], [['hello'], []]);
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'hello' });
  server.answer('sent', { seq: 1 });
  equal(
    [server.got.length, events],
    [
      1,
      [
        ['added', 'helo'],
        ['rewritten', 'hello'],
        ['settled', 'hello'],
      ],
    ],
  );
});

test('a message that was never handed to a socket is not sent after it is deleted', async () => {
  const { server, outbox, events } = open();
  outbox.add(THREAD, 'a secret');
  outbox.add(THREAD, 'hello');
  const [{ id }] = outbox.entries(THREAD);
  await outbox.change({ thread: THREAD, of: id, kind: 'react', emoji: '👍', on: true });
  await outbox.change({ thread: THREAD, of: id, kind: 'delete' });
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'hello' });
  server.answer('sent', { seq: 1 });
  equal([server.got.length, localStorage.length, events[2]], [1, 0, ['discarded', 'a secret']]);
});

test('a deletion stored before a crash is applied before anything is sent', async () => {
  const { store } = open();
  const common = { thread: THREAD, state: /** @type {'waiting'} */ ('waiting'), handed: false };
  store.put({ ...common, id: 'a', text: 'a secret', order: 1 });
  store.put({ ...common, id: 'b', kind: 'delete', of: 'a', order: 2 });
  store.put({ ...common, id: 'c', text: 'hello', order: 3 });
  const { server } = open();
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'hello' });
});

test('a message that may have arrived is settled before it is changed', async () => {
  const { server, outbox } = open();
  server.connect();
  outbox.add(THREAD, 'helo');
  await server.frame(1);
  server.connect(false);
  const [{ id }] = outbox.entries(THREAD);
  await outbox.change({ thread: THREAD, of: id, kind: 'edit', text: 'hello', base: 0 });
  equal(outbox.entries(THREAD)[0].text, 'helo');
  server.connect();
  equal(await server.frame(2), { type: 'send', text: 'helo' });
  equal(server.got[0].id, server.got[1].id);
  server.answer('sent', { seq: 5 });
  equal(await server.frame(3), { type: 'edit', seq: 5, text: 'hello', base: 0 });
});

test('an entry stored by the previous version counts as one that may have arrived', async () => {
  const { server, store, outbox } = open();
  store.put({ id: 'a', thread: THREAD, text: 'helo', order: 1, state: 'waiting' });
  await outbox.change({ thread: THREAD, of: 'a', kind: 'delete' });
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'helo' });
  server.answer('sent', { seq: 5 });
  equal(await server.frame(2), { type: 'delete', seq: 5 });
});

test('waiting changes of the same kind are merged', async () => {
  const { server, outbox } = open();
  const react = (emoji, on) => outbox.change({ ...MESSAGE, kind: 'react', emoji, on });
  await outbox.change({ ...MESSAGE, kind: 'edit', text: 'one', base: 2 });
  await react('👍', true);
  await react('😂', true);
  await outbox.change({ ...MESSAGE, kind: 'edit', text: 'two', base: 2 });
  await react('👍', false);
  equal(
    outbox.changes(THREAD).map(({ text, emoji, on }) => [text, emoji, on]),
    [
      ['two', null, null],
      [null, '👍', false],
      [null, '😂', true],
    ],
  );
  await outbox.change({ ...MESSAGE, kind: 'delete' });
  await react('👍', true);
  server.connect();
  equal(await server.frame(1), { type: 'delete', seq: 4 });
  equal(outbox.changes(THREAD).length, 1);
});

test('an edit after another edit is based on it', async () => {
  const { server, outbox } = open();
  server.connect();
  outbox.change({ ...MESSAGE, kind: 'edit', text: 'one', base: 2 });
  await server.frame(1);
  const second = outbox.change({ ...MESSAGE, kind: 'edit', text: 'two', base: 2 });
  server.answer('done', { change: 9 });
  await second;
  equal(await server.frame(2), { type: 'edit', seq: 4, text: 'two', base: 9 });
});

test('an edit that conflicts keeps both texts', async () => {
  const { server, outbox, events } = open();
  server.connect();
  outbox.change({ ...MESSAGE, kind: 'edit', text: 'mine', base: 2 });
  await server.frame(1);
  const theirs = { seq: 4, text: 'theirs', edited: '2026-01-01T12:00:00Z', change: 8 };
  server.answer('error', { code: 'changed_meanwhile', message: 'Changed.', ...theirs });
  const [{ id, state, text, present }] = outbox.changes(THREAD);
  equal([state, text, present], ['refused', 'mine', { text: 'theirs', edited: theirs.edited, change: 8 }]);
  equal(events, [['change-refused', 'mine']]);
  await outbox.change({ ...MESSAGE, kind: 'edit', text: 'mine', base: 8 });
  equal(await server.frame(2), { type: 'edit', seq: 4, text: 'mine', base: 8 });
  equal([outbox.changes(THREAD).length, outbox.changes(THREAD)[0].id === id], [1, false]);
});

test('a refused deletion or reaction is dropped and a refused edit can be tried again', async () => {
  const { server, outbox, events } = open();
  const refuse = () => server.answer('error', { code: 'too_late', message: 'Too late.' });
  server.connect();
  outbox.change({ ...MESSAGE, kind: 'delete' });
  await server.frame(1);
  refuse();
  outbox.change({ ...MESSAGE, kind: 'edit', text: 'mine', base: 2 });
  await server.frame(2);
  refuse();
  const [{ id, reason }] = outbox.changes(THREAD);
  equal(
    [reason, events],
    [
      'Too late.',
      [
        ['change-dropped', 'Too late.'],
        ['change-refused', 'mine'],
      ],
    ],
  );
  outbox.tryAgain(id);
  equal(await server.frame(3), { type: 'edit', seq: 4, text: 'mine', base: 2 });
});

test('a change is sent again with its id until it is stored or finally refused', async () => {
  const { server, outbox, events } = open();
  server.connect();
  outbox.change({ ...MESSAGE, kind: 'edit', text: 'mine', base: 2 });
  for (const [place, code] of ['too_many', 'unavailable', 'server_error'].entries()) {
    await server.frame(place + 1);
    server.answer('error', { code, message: 'Not now.', retry_after: 0.01 });
  }
  await server.frame(4);
  server.answer('done', { change: 5 });
  equal([new Set(server.got.map(({ id }) => id)).size, events], [1, [['changed-here', 5]]]);
});

test('changes of a refused message are applied to the waiting entry', async () => {
  const { server, outbox } = open();
  server.connect();
  for (const text of ['one', 'two']) outbox.add(THREAD, text);
  await server.frame(1);
  const [one, two] = outbox.entries(THREAD);
  const changes = [
    outbox.change({ thread: THREAD, of: one.id, kind: 'edit', text: 'One', base: 0 }),
    outbox.change({ thread: THREAD, of: one.id, kind: 'react', emoji: '👍', on: true }),
    outbox.change({ thread: THREAD, of: two.id, kind: 'delete' }),
  ];
  server.answer('error', { code: 'a_later_one', message: 'Refused.' });
  await Promise.all(changes);
  equal(
    [outbox.entries(THREAD).map(({ text, state }) => [text, state]), outbox.changes(THREAD), server.got.length],
    [[['One', 'refused']], [], 1],
  );
});

test('a server of the previous version gets only plain messages', async () => {
  const { server, outbox } = open();
  server.hello = {};
  await outbox.change({ ...MESSAGE, kind: 'delete' });
  outbox.add(THREAD, 'an answer', 4);
  outbox.add(THREAD, 'hello');
  server.connect();
  equal(await server.frame(1), { type: 'send', text: 'hello' });
  server.answer('sent', { seq: 5 });
  equal(
    outbox.entries(THREAD).map(({ text }) => text),
    ['an answer'],
  );
  server.hello = { changes: true };
  server.connect();
  equal(await server.frame(2), { type: 'delete', seq: 4 });
  server.answer('done', { change: 9 });
  equal(await server.frame(3), { type: 'send', text: 'an answer', reply: 4 });
});

test('a page that shows the message provides the number for its waiting changes', async () => {
  const { server, store, outbox } = open();
  store.put({ id: 'a', thread: THREAD, text: 'hello', order: 1, state: 'waiting' });
  await outbox.change({ thread: THREAD, of: 'a', kind: 'react', emoji: '👍', on: true });
  outbox.forget('a', 6);
  server.connect();
  equal(await server.frame(1), { type: 'react', seq: 6, emoji: '👍', on: true });
});
