import { OutboxStore } from '../../../static/js/net/outbox_store.js';
import { equal, test } from './harness.js';

/** @returns {import('../../../static/js/net/outbox_store.js').Entry} */
const entry = (id, order) => ({ id, thread: 7, text: id, order, state: 'waiting' });
const ids = (store) => store.all().map(({ id }) => id);

test('pending messages are kept per user in the order of writing', () => {
  const store = new OutboxStore(1);
  for (const [id, order] of Object.entries({ c: 3, b: 2, a: 2, d: 1 })) store.put(entry(id, order));
  new OutboxStore(2).put(entry('x', 0));
  localStorage.setItem('chatserver.outbox.1.broken', '{');
  store.remove('d');
  equal([ids(new OutboxStore(1)), store.isVolatile], [['a', 'b', 'c'], false]);
});

test('messages that cannot be stored wait in memory in order', () => {
  /** @type {any} */
  const full = Object.create({
    getItem: (key) => full[key],
    removeItem: (key) => delete full[key],
    setItem() {
      throw new Error('full');
    },
  });
  full['chatserver.outbox.1.b'] = JSON.stringify(entry('b', 2));
  const store = new OutboxStore(1, full);
  store.put(entry('c', 3));
  store.put(entry('a', 1));
  equal([ids(store), store.isVolatile], [['a', 'b', 'c'], true]);
  for (const id of ['a', 'b', 'c']) store.remove(id);
  equal([ids(store), store.isVolatile], [[], false]);
});

test('a tab of the previous version finds only plain messages', () => {
  const store = new OutboxStore(1);
  store.put({ ...entry('a', 1), kind: 'send', handed: false });
  store.put({ ...entry('b', 2), reply: 4 });
  store.put({ ...entry('c', 3), kind: 'edit', seq: 4, base: 0 });
  store.put({ ...entry('d', 4), files: [] });
  equal(Object.keys(localStorage).sort(), [
    'chatserver.outbox-2.1.b',
    'chatserver.outbox-2.1.c',
    'chatserver.outbox-3.1.d',
    'chatserver.outbox.1.a',
  ]);
  equal([ids(store), store.get('c')?.seq], [['a', 'b', 'c', 'd'], 4]);
  store.remove('b');
  store.clear();
  equal([ids(store), localStorage.length], [[], 0]);
});
