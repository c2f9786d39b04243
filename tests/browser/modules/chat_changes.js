import { Changes } from '../../../static/js/chat/changes.js';
import { equal, test } from './harness.js';

const THREAD = 7;
const BEN = { id: 2, name: 'Ben' };
const message = (seq, more = {}) => ({ seq, id: `m${seq}`, sender: BEN, text: `text ${seq}`, at: '', ...more });

/** Ana's chat: the test provides the server's frames and the waiting changes; `drawn` lists what is shown. */
function open(change) {
  const socket = /** @type {any} */ (Object.assign(new EventTarget(), { live: true }));
  const waiting = [];
  const outbox = Object.assign(new EventTarget(), { changes: () => waiting, entries: () => [] });
  const drawn = [];
  const list = {
    isThere: true,
    numbers: [1, 2, 3],
    find: ({ seq }) => list.isThere && { dataset: { seq, id: `m${seq}` } },
    redraw: (item, { text }, pending) => drawn.push([item.dataset.seq, text, pending.map(({ kind }) => kind)]),
  };
  const app = /** @type {any} */ ({ me: { id: 1, name: 'Ana' }, texts: {}, socket, outbox });
  const chat = { thread: { id: THREAD }, change };
  const changes = new Changes(app, chat, /** @type {any} */ (list), new AbortController().signal);
  const receive = (type, detail = {}) =>
    socket.dispatchEvent(new CustomEvent(type, { detail: { thread: THREAD, ...detail } }));
  return { changes, list, waiting, drawn, receive, socket };
}

const changed = (seq, change, text) => ({ seq, change, text, edited: '', reactions: {} });

test('the number to open with rises only while the thread is open', () => {
  const { changes, receive, socket } = open(5);
  changes.take(message(1, { change: 9 }));
  receive('changed', changed(1, 10, 'before'));
  equal(changes.opening(), 5);
  receive('opened', { change: 12 });
  receive('changed', changed(1, 13, 'open'));
  receive('note', { change: 14 });
  equal(changes.opening(), 14);
  receive('changed', changed(1, 15, 'opening'));
  receive('opened', { change: 14 });
  socket.live = false;
  socket.dispatchEvent(new Event('statechange'));
  receive('changed', changed(1, 16, 'from the next connection'));
  equal(changes.opening(), 14);
});

test('the lowest number of the pages before the thread was opened counts', () => {
  const { changes, receive } = open(5);
  changes.takePage({ messages: [message(1)], change: 4 });
  changes.takePage({ messages: [message(2)], change: 6 });
  equal(changes.opening(), 4);
  receive('opened', { change: 7 });
  changes.takePage({ messages: [message(3)], change: 3 });
  equal(changes.opening(), 7);
});

test('the highest change is shown whatever the order of arrival', () => {
  const { changes, receive, drawn } = open(0);
  changes.take(message(1));
  receive('changed', changed(1, 3, 'third'));
  receive('changed', changed(1, 2, 'second'));
  changes.take(message(1, { change: 1, text: 'first' }));
  changes.take(message(1, { change: 4, text: 'fourth' }));
  equal(drawn, [
    [1, 'third', []],
    [1, 'third', []], // over the older text that may have been rendered
    [1, 'fourth', []],
  ]);
});

test('a change that arrives while a page is loading is applied to the page', async () => {
  const { changes, list, receive, drawn } = open(0);
  list.isThere = false;
  const page = changes.states.fetching(Promise.resolve({ messages: [message(1, { change: 1, text: 'as it was' })] }));
  receive('changed', changed(1, 2, 'as it is'));
  list.isThere = true;
  changes.takePage(await page);
  equal(drawn, [[1, 'as it is', []]]);
});

test('the original of a reply on a loaded page updates the message that is shown', () => {
  const { changes, drawn } = open(0);
  changes.take(message(1));
  changes.takeQuoted([message(1, { change: 2, text: 'as it is' })]);
  changes.takeQuoted([message(1, { change: 1, text: 'as it was' })]);
  equal(drawn, [[1, 'as it is', []]]);
});

test('a page older than the known state is shown with the known state', async () => {
  const { changes, receive, drawn } = open(0);
  changes.take(message(1)); // live, not on the page yet
  const page = changes.states.fetching(Promise.resolve({ messages: [message(1)] }));
  receive('changed', changed(1, 2, 'as it is'));
  changes.takePage(await page);
  equal(drawn.at(-1), [1, 'as it is', []]);
  equal(drawn.length, 2);
});

test('the shortened text of a quote does not replace the text of a message on the page', () => {
  const { changes, list, receive, drawn } = open(0);
  list.isThere = false;
  changes.takeQuoted([message(1, { text: 'x'.repeat(300) })]);
  changes.takePage({ messages: [message(1, { text: 'x'.repeat(400) })] });
  list.isThere = true;
  receive('changed', { ...changed(1, 2, 'x'.repeat(400)), reactions: { '👍': [2] } });
  changes.takeQuoted([message(1, { text: 'x'.repeat(300), change: 2 })]);
  equal([changes.know(1)?.text.length, drawn.length], [400, 1]);
});

test('a message that is neither shown nor quoted is forgotten unless it is being edited or replied to', () => {
  const { changes } = open(0);
  for (const seq of [1, 7, 8, 9]) changes.take(message(seq));
  changes.hold('edit', 8);
  changes.hold('reply', 9);
  changes.takePage({ messages: [message(2)] });
  equal(
    [1, 2, 7, 8, 9].filter((seq) => changes.states.get(seq)),
    [1, 2, 8, 9],
  );
  changes.hold('edit', 0);
  changes.takePage({ messages: [message(3)] });
  equal(changes.states.get(8), undefined);
});

test('a waiting change is shown on top of the state from the server', () => {
  const { changes, receive, waiting, drawn } = open(0);
  waiting.push({ id: 'a', thread: THREAD, kind: 'react', seq: 1, emoji: '👍', on: true, state: 'waiting' });
  changes.take(message(1));
  receive('changed', changed(1, 2, 'newer'));
  equal(drawn, [
    [1, 'text 1', ['react']],
    [1, 'newer', ['react']],
  ]);
});
