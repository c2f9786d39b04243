import { Outbox } from '../../../static/js/net/outbox.js';
import { OutboxStore } from '../../../static/js/net/outbox_store.js';
import { equal, test, turn, until } from './harness.js';

const TEXTS = { tooBig: 'Too big.' };

/** The server as seen through a socket. */
class Server extends EventTarget {
  live = true;
  hello = { changes: true };
  /** @type {string[][]} the id and the text of each message received */
  got = [];

  send({ id, text }) {
    if (this.live) this.got.push([id, text]);
    return this.live;
  }

  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  get #lastId() {
    return this.got[this.got.length - 1][0];
  }

  store() {
    this.emit('sent', { thread: 7, id: this.#lastId, seq: this.got.length, at: '' });
  }

  refuse(code, wait = 0) {
    this.emit('error', { id: this.#lastId, thread: 7, code, message: code, retry_after: wait });
  }

  probe() {}

  connect(live) {
    this.live = live;
    this.emit('statechange');
  }

  /** @returns {Promise<string[]>} the texts received, once there are `count` of them */
  async has(count) {
    await until(() => this.got.length >= count);
    return this.got.map(([, text]) => text);
  }
}

/** Ana's outbox, without delays; `events` lists what it dispatches. */
function open() {
  const server = /** @type {any} */ (new Server());
  Math.random = () => 0;
  const outbox = new Outbox({ id: 1, name: 'Ana' }, server, new OutboxStore(1), TEXTS);
  const events = [];
  for (const type of ['added', 'settled', 'refused', 'discarded']) {
    outbox.addEventListener(type, ({ detail }) => events.push(`${type} ${detail.text}`));
  }
  return { server, outbox, events };
}

test('messages are sent one after the other', async () => {
  const { server, outbox, events } = open();
  outbox.add(7, 'one');
  outbox.add(7, 'two');
  outbox.add(8, 'three');
  equal(await server.has(1), ['one']);
  server.store();
  equal(await server.has(2), ['one', 'two']);
  server.store();
  equal(await server.has(3), ['one', 'two', 'three']);
  server.store();
  equal([events.slice(3), localStorage.length], [['settled one', 'settled two', 'settled three'], 0]);
});

test('the unacknowledged message is sent first after a disconnection, under the same id', async () => {
  const { server, outbox } = open();
  outbox.add(7, 'one');
  outbox.add(7, 'two');
  await server.has(1);
  server.connect(false);
  server.connect(true);
  await server.has(2);
  server.store();
  equal(await server.has(3), ['one', 'one', 'two']);
  equal(server.got[0][0], server.got[1][0]);
});

test('a message that may be stored is sent again before the next', async () => {
  const { server, outbox } = open();
  outbox.add(7, 'one');
  outbox.add(7, 'two');
  await server.has(1);
  server.refuse('unavailable');
  await server.has(2);
  server.store();
  equal(await server.has(3), ['one', 'one', 'two']);
  equal(server.got[0][0], server.got[1][0]);
});

test('a rate-limited message is sent again after the wait and before the next', async () => {
  const { server, outbox } = open();
  const waits = [];
  const { setTimeout: wait } = window;
  window.setTimeout = /** @type {any} */ (
    (then, ms) => {
      waits.push(ms);
      return wait(then, ms);
    }
  );
  Math.random = () => 1; // the longest waits
  outbox.add(7, 'one');
  outbox.add(7, 'two');
  for (const count of [1, 2, 3, 4]) {
    await server.has(count);
    server.refuse('too_many', 0.07);
  }
  await server.has(5);
  server.store();
  equal(await server.has(6), ['one', 'one', 'one', 'one', 'one', 'two']);
  equal([new Set(server.got.map(([id]) => id)).size, waits.filter((ms) => ms === 70).length], [2, 4]);
});

test('messages written while waiting cause one retry when the wait is over', async () => {
  const { server, outbox } = open();
  const waiting = [];
  const { setTimeout: wait } = window;
  window.setTimeout = /** @type {any} */ ((then, ms) => (ms === 70 ? waiting.push(then) : wait(then, ms)));
  const turns = async () => {
    for (let count = 0; count < 20; count += 1) await turn();
  };
  outbox.add(7, 'one');
  await server.has(1);
  server.refuse('too_many', 0.07);
  for (const text of ['two', 'three', 'four']) {
    await turns();
    outbox.add(7, text);
  }
  await turns();
  equal([server.got.length, waiting.length], [1, 1]);
  waiting.shift()();
  for (const count of [2, 3, 4, 5]) {
    await server.has(count);
    server.store();
  }
  equal([await server.has(5), waiting.length], [['one', 'one', 'two', 'three', 'four'], 0]);
});

test('a refused message is set aside and is sent again as a new one', async () => {
  const { server, outbox, events } = open();
  outbox.add(7, 'one');
  outbox.add(7, 'two');
  await server.has(1);
  const [[id]] = server.got;
  server.refuse('too_long');
  await server.has(2);
  server.store();
  const behind = outbox.entries(7).map(({ text, state, reason }) => [text, state, reason]);
  equal(behind, [['one', 'refused', 'too_long']]);
  outbox.tryAgain(id);
  equal(await server.has(3), ['one', 'two', 'one']);
  equal(server.got[2][0] === id, false);
  equal(events.slice(2), ['refused one', 'settled two', 'discarded one', 'added one']);
});

test('the event of an own message settles it like its acknowledgement', async () => {
  const { server, outbox, events } = open();
  outbox.add(7, 'one');
  await server.has(1);
  const message = { thread: 7, id: server.got[0][0], seq: 1, text: 'one', at: '', sender: { id: 1 } };
  server.emit('message', { ...message, sender: { id: 2 } });
  equal(outbox.entries(7).length, 1);
  server.emit('message', message);
  server.store();
  equal([outbox.entries(7).length, events], [0, ['added one', 'settled one']]);
});
