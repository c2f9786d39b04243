import { backOff } from './back_off.js';
import { inTurn } from './turns.js';

const DOUBT_MS = 3_000; // without an answer, after which the connection is tested
const ANSWER_MS = 15_000; // without an answer, after which it is sent again

/**
 * Hands waiting entries to the socket, one at a time over all tabs. Each waits for the outcome of the previous one, so
 * that order holds even when one is refused.
 *
 * @typedef {import('./outbox_store.js').Entry} Entry
 * @typedef {object} Queue
 * @property {() => void} tidy called in turn, before the next is taken
 * @property {() => Entry|undefined} next what waits and may go
 * @property {(entry: Entry) => object} handOver called before its frame leaves, which it returns
 */
export class Delivery {
  #socket;
  #name;
  #queue;
  /** @type {{entry: Entry, done: (waitMs: number) => void}|null} */
  #inFlight = null;
  #flushing = false;
  #pause = 0; // the timer of the next attempt; earlier attempts could make the server close the socket
  #failures = 0;

  /** @param {import('./ways.js').Ways} socket @param {string} name of what tabs share @param {Queue} queue */
  constructor(socket, name, queue) {
    this.#socket = socket;
    this.#name = name;
    this.#queue = queue;
    socket.addEventListener('statechange', () => {
      if (socket.live) this.#goOn();
      else this.#answered(0);
    });
  }

  /** The entry that the server may have received and has not answered yet. */
  get entry() {
    return this.#inFlight?.entry;
  }

  /** @template T @param {() => Promise<T>|T} task @returns {Promise<T>} */
  inTurn(task) {
    return inTurn(this.#name, task);
  }

  #goOn() {
    clearTimeout(this.#pause);
    this.#pause = 0;
    this.flush();
  }

  async flush() {
    if (this.#flushing || this.#pause) return;
    this.#flushing = true;
    let wait;
    try {
      wait = await this.#sendAll();
    } finally {
      this.#flushing = false;
    }
    if (this.#socket.live && this.#queue.next()) this.#pause = setTimeout(() => this.#goOn(), wait);
  }

  async #sendAll() {
    while (this.#socket.live && this.#queue.next()) {
      const wait = await this.inTurn(() => this.#sendNext());
      if (wait) return wait;
    }
    return 0;
  }

  /** Returns the next entry once it is this tab's turn: another tab may have sent meanwhile. */
  #sendNext() {
    this.#queue.tidy();
    const entry = this.#socket.live && this.#queue.next();
    return entry ? this.#send(entry) : 0;
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
      if (!this.#socket.send(this.#queue.handOver(entry))) this.#answered(1 + backOff(++this.#failures));
    });
  }

  /** Ends the wait for an entry whose outcome is known. @param {string} id */
  settled(id) {
    this.#failures = 0;
    if (this.entry?.id === id) this.#answered(0);
  }

  /**
   * Sends the same entry again after a while.
   * @param {number} [seconds] that the server asked for
   * @param {boolean} [isBusy] whether the server was only busy
   */
  postpone(seconds = 0, isBusy = false) {
    const asked = seconds * 1000;
    if (isBusy && asked)
      this.#answered(asked); // nothing is wrong, so the waits need not grow
    else this.#answered(Math.max(1, backOff(++this.#failures), asked));
  }

  #answered(wait) {
    const answered = this.#inFlight;
    this.#inFlight = null;
    answered?.done(wait);
  }
}
