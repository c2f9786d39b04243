import { Outbox } from '../../../static/js/net/outbox.js';
import { OutboxStore } from '../../../static/js/net/outbox_store.js';
import { until } from './harness.js';

/** The server as seen through a socket, which is live once a test connects it. */
class Server extends EventTarget {
  live = false;
  hello = { changes: true, files: true };
  /** @type {any[]} the frames received */
  got = [];

  send(frame) {
    this.got.push(JSON.parse(JSON.stringify(frame)));
    return this.live;
  }

  probe() {}

  connect(live = true) {
    this.live = live;
    this.emit('statechange');
  }

  emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Answers the last frame. */
  answer(type, more) {
    const { id, thread } = this.got[this.got.length - 1];
    this.emit(type, { id, thread, at: '', ...more });
  }

  /** @returns {Promise<any>} the frame received at this place, without its id */
  async frame(place) {
    await until(() => this.got.length >= place);
    const { id, thread, ...rest } = this.got[place - 1];
    return rest;
  }
}

export const THREAD = 7;
export const MESSAGE = { thread: THREAD, seq: 4 };

/** Ana's outbox, without delays; `events` lists what it dispatches. */
export function open() {
  const server = /** @type {any} */ (new Server());
  Math.random = () => 0;
  const store = new OutboxStore(1);
  const outbox = new Outbox({ id: 1, name: 'Ana' }, server, store, { tooBig: 'Too big.' });
  const events = [];
  const types = ['added', 'rewritten', 'settled', 'refused', 'discarded'];
  for (const type of [...types, 'changed-here', 'change-refused', 'change-dropped']) {
    outbox.addEventListener(type, ({ detail }) => events.push([type, detail.text ?? detail.reason ?? detail.change]));
  }
  return { server, store, outbox, events };
}
