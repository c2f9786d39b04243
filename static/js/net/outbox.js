/**
 * Sends what was written, in order, until the server says that it is stored: through reloads, closed tabs
 * and disconnections, always with the same id, so that the server stores it once.
 *
 * Events (`detail`): `added` (Entry), `settled` ({thread, seq, id, sender, text, at}), `refused` (Entry),
 * `discarded` (Entry). What another tab did is told in the same way, as `elsewhere`, except for what it settled: that
 * arrives as one's own message on this page's socket too.
 */
import { uuid } from '../lib/uuid.js';
import { backOff } from './back_off.js';
import { inTurn } from './turns.js';

const DOUBT_MS = 3_000; // without an answer: does the connection still live?
const ANSWER_MS = 15_000; // then the same is sent again
// Any other code (`unavailable`, `too_many`, one of a later server) does not say that it was not stored.
const DEFINITE = new Set([
  'too_long',
  'no_text',
  'bad_text',
  'no_such_thread',
  'duplicate_id',
  'accepts_no_messages',
  'bad_frame',
]);

export class Outbox extends EventTarget {
  #user;
  #socket;
  #store;
  /** @type {{entry: import('./outbox_store.js').Entry, done: (waitMs: number) => void}|null} */
  #inFlight = null;
  #flushing = false;
  #pause = 0; // the timer of the next attempt: before it nothing is tried, or the server would close the socket
  #failures = 0;

  /**
   * @param {{id: number, name: string}} user
   * @param {import('./socket.js').ChatSocket} socket
   * @param {import('./outbox_store.js').OutboxStore} store
   * @param {{tooBig: string}} texts
   */
  constructor(user, socket, store, texts) {
    super();
    this.#user = user;
    this.#socket = socket;
    this.#store = store;
    socket.addEventListener('statechange', () => {
      if (socket.live) this.#goOn();
      else this.#answered(0);
    });
    socket.addEventListener('sent', ({ detail }) => this.#settle(detail));
    socket.addEventListener('message', ({ detail }) => {
      if (detail.sender.id === user.id) this.#settle(detail);
    });
    socket.addEventListener('error', ({ detail }) => this.#failed(detail));
    socket.addEventListener('toobig', () => {
      if (this.#inFlight) this.#refuse(this.#inFlight.entry, texts.tooBig);
    });
    store.watch((entry) => this.#changedElsewhere(entry));
  }

  get isVolatile() {
    return this.#store.isVolatile;
  }

  /** @returns {import('./outbox_store.js').Entry[]} what waits or was refused in a thread, in order */
  entries(thread) {
    return this.#store.all().filter((entry) => entry.thread === thread && entry.state !== 'discarded');
  }

  add(thread, text) {
    const last = this.#store.all().at(-1)?.order ?? 0;
    const entry = { id: uuid(), thread, text, order: Math.max(Date.now(), last + 1), state: 'waiting' };
    this.#store.put(entry);
    this.#tell('added', entry);
    this.#flush();
  }

  /** A refused message goes again as a new one. */
  tryAgain(id) {
    const entry = this.#store.get(id);
    this.discard(id);
    if (entry) this.add(entry.thread, entry.text);
  }

  discard(id) {
    const entry = this.#store.get(id);
    if (!entry) return;
    this.#store.put({ ...entry, state: 'discarded' }); // other tabs see this, and can tell it from "settled"
    this.#store.remove(id);
    this.#tell('discarded', entry);
  }

  /** It is known from elsewhere (the page as loaded) that this message is stored. */
  forget(id) {
    this.#store.remove(id);
  }

  #goOn() {
    clearTimeout(this.#pause);
    this.#pause = 0;
    this.#flush();
  }

  async #flush() {
    if (this.#flushing || this.#pause) return;
    this.#flushing = true;
    let wait;
    try {
      wait = await this.#sendAll();
    } finally {
      this.#flushing = false;
    }
    if (this.#socket.live && this.#next()) this.#pause = setTimeout(() => this.#goOn(), wait);
  }

  /** Each message waits for the fate of the one before it, so that order holds even when one is refused. */
  async #sendAll() {
    while (this.#socket.live && this.#next()) {
      const wait = await inTurn(`chatserver.outbox.${this.#user.id}`, () => this.#sendNext());
      if (wait) return wait;
    }
    return 0;
  }

  /** What is next once it is this tab's turn: another one may have sent meanwhile. */
  #sendNext() {
    const entry = this.#socket.live && this.#next();
    return entry ? this.#send(entry) : 0;
  }

  #next() {
    return this.#store.all().find((entry) => entry.state === 'waiting');
  }

  /** @returns {Promise<number>} milliseconds to wait before the next */
  #send(entry) {
    return new Promise((resolve) => {
      const doubt = setTimeout(() => this.#socket.probe(), DOUBT_MS);
      const timer = setTimeout(() => this.#answered(0), ANSWER_MS);
      const done = (wait) => {
        clearTimeout(doubt);
        clearTimeout(timer);
        resolve(wait);
      };
      this.#inFlight = { entry, done };
      const { thread, id, text } = entry;
      if (!this.#socket.send({ type: 'send', thread, id, text })) this.#answered(1 + backOff(++this.#failures));
    });
  }

  #answered(wait) {
    const answered = this.#inFlight;
    this.#inFlight = null;
    answered?.done(wait);
  }

  #settle({ thread, seq, id, at, text }) {
    const inFlight = this.#inFlight?.entry;
    const isInFlight = inFlight?.id === id;
    const entry = this.#store.get(id) ?? (isInFlight ? inFlight : undefined);
    if (!entry) return;
    this.#store.remove(id);
    this.#failures = 0;
    this.#tell('settled', { thread, seq, id, sender: this.#user, text: text ?? entry.text, at });
    if (isInFlight) this.#answered(0);
  }

  #failed({ id, code, message, retry_after: retryAfter }) {
    const inFlight = this.#inFlight?.entry;
    if (!id || inFlight?.id !== id) return;
    if (DEFINITE.has(code)) {
      this.#refuse(inFlight, message);
      return;
    }
    const asked = (retryAfter ?? 0) * 1000;
    if (code === 'too_many' && asked)
      this.#answered(asked); // nothing is wrong: no need to wait longer each time
    else this.#answered(Math.max(1, backOff(++this.#failures), asked));
  }

  #refuse(entry, reason) {
    const refused = { ...entry, state: 'refused', reason };
    this.#store.put(refused);
    this.#tell('refused', refused);
    this.#answered(0);
  }

  #changedElsewhere(entry) {
    this.#tell({ waiting: 'added', refused: 'refused', discarded: 'discarded' }[entry.state], {
      ...entry,
      elsewhere: true,
    });
    if (entry.state === 'waiting') this.#flush();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
