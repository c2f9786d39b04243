import { Changes } from '../../../static/js/chat/changes.js';
import { equal, test } from './harness.js';

const THREAD = 7;
const BEN = { id: 2, name: 'Ben' };
const told = (seq, more = {}) => ({ seq, id: `m${seq}`, sender: BEN, text: `text ${seq}`, at: '', ...more });

/** Ana's chat: what the server tells and what waits in the outbox is up to the test; `drawn` is what is shown. */
function open(change) {
  const socket = /** @type {any} */ (Object.assign(new EventTarget(), { live: true }));
  const waiting = [];
  const outbox = Object.assign(new EventTarget(), { changes: () => waiting, entries: () => [] });
  const drawn = [];
  const list = {
    isThere: true,
    find: ({ seq }) => list.isThere && { dataset: { seq, id: `m${seq}` } },
    redraw: (item, { text }, wishes) => drawn.push([item.dataset.seq, text, wishes.map(({ kind }) => kind)]),
  };
  const app = /** @type {any} */ ({ me: { id: 1, name: 'Ana' }, texts: {}, socket, outbox });
  const chat = { thread: { id: THREAD }, change };
  const changes = new Changes(app, chat, /** @type {any} */ (list), new AbortController().signal);
  const hear = (type, detail = {}) =>
    socket.dispatchEvent(new CustomEvent(type, { detail: { thread: THREAD, ...detail } }));
  return { changes, list, waiting, drawn, hear, socket };
}

const changed = (seq, change, text) => ({ seq, change, text, edited: '', reactions: {} });

test('the number to open with rises only while the thread is open', () => {
  const { changes, hear, socket } = open(5);
  changes.take(told(1, { change: 9 }));
  hear('changed', changed(1, 10, 'before'));
  equal(changes.opening(), 5);
  hear('opened', { change: 12 });
  hear('changed', changed(1, 13, 'open'));
  hear('note', { change: 14 });
  equal(changes.opening(), 14);
  hear('changed', changed(1, 15, 'opening'));
  hear('opened', { change: 14 });
  socket.live = false;
  socket.dispatchEvent(new Event('statechange'));
  hear('changed', changed(1, 16, 'from the next connection'));
  equal(changes.opening(), 14);
});

test('of pages that came before the thread was opened the lowest number counts', () => {
  const { changes, hear } = open(5);
  changes.takePage({ messages: [told(1)], change: 4 });
  changes.takePage({ messages: [told(2)], change: 6 });
  equal(changes.opening(), 4);
  hear('opened', { change: 7 });
  changes.takePage({ messages: [told(3)], change: 3 });
  equal(changes.opening(), 7);
});

test('whatever comes in whatever order the highest change is shown', () => {
  const { changes, hear, drawn } = open(0);
  changes.take(told(1));
  hear('changed', changed(1, 3, 'third'));
  hear('changed', changed(1, 2, 'second'));
  changes.take(told(1, { change: 1, text: 'first' }));
  changes.take(told(1, { change: 4, text: 'fourth' }));
  equal(drawn, [
    [1, 'third', []],
    [1, 'fourth', []],
  ]);
});

test('what is told while a page is on its way is drawn over the page', async () => {
  const { changes, list, hear, drawn } = open(0);
  list.isThere = false;
  const page = changes.states.fetching(Promise.resolve({ messages: [told(1, { change: 1, text: 'as it was' })] }));
  hear('changed', changed(1, 2, 'as it is'));
  list.isThere = true;
  changes.takePage(await page);
  equal(drawn, [[1, 'as it is', []]]);
});

test('what waits is drawn over what the server told', () => {
  const { changes, hear, waiting, drawn } = open(0);
  waiting.push({ id: 'a', thread: THREAD, kind: 'react', seq: 1, emoji: '👍', on: true, state: 'waiting' });
  changes.take(told(1));
  hear('changed', changed(1, 2, 'newer'));
  equal(drawn, [
    [1, 'text 1', ['react']],
    [1, 'newer', ['react']],
  ]);
});
