import { fill } from '../lib/sentences.js';

const SEND_EVERY_MS = 3_000;
const SHOW_MS = 5_000;

/** Typing indicators: shows those of others, and sends the user's own. */
export class TypingIndicator {
  #socket;
  #thread;
  #line;
  #people;
  #texts;
  #timers = new Map(); // id → timer that ends it
  #sentAt = -Infinity;

  /**
   * @param {import('../net/socket.js').ChatSocket} socket
   * @param {number} thread
   * @param {HTMLElement} line
   * @param {import('./people.js').People} people
   * @param {{typingOne: string, typingMany: string}} texts
   */
  constructor(socket, thread, line, people, texts) {
    this.#socket = socket;
    this.#thread = thread;
    this.#line = line;
    this.#people = people;
    this.#texts = texts;
  }

  /** Call it for each change of the text; it is sent now and then. */
  sendOwn() {
    const now = performance.now();
    if (now - this.#sentAt < SEND_EVERY_MS) return;
    if (this.#socket.send({ type: 'typing', thread: this.#thread })) this.#sentAt = now;
  }

  /** A sent message ends the indicator: the next change of the text is sent at once. */
  endOwn() {
    this.#sentAt = -Infinity;
  }

  show(id) {
    if (!this.#people.has(id)) return;
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => this.hide(id), SHOW_MS);
    this.#timers.set(id, timer);
    this.#draw();
  }

  hide(id) {
    clearTimeout(this.#timers.get(id));
    if (this.#timers.delete(id)) this.#draw();
  }

  /** Nobody is heard any more. */
  stop() {
    for (const id of [...this.#timers.keys()]) this.hide(id);
  }

  #draw() {
    const names = Array.from(this.#timers.keys(), (id) => this.#people.nameOf(id));
    if (names.length > 1) fill(this.#line, this.#texts.typingMany, { names: names.join(', ') });
    else if (names.length === 1) fill(this.#line, this.#texts.typingOne, { name: names[0] });
    else this.#line.replaceChildren();
  }
}
