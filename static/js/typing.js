/** Who is typing: tells of oneself, shows the others. */
import { fill } from './texts.js';

const TELL_EVERY_MS = 3_000;
const SHOW_MS = 5_000;

export class Typing {
  #socket;
  #thread;
  #line;
  #texts;
  #people = new Map(); // id → name
  #typing = new Map(); // id → timer that ends it
  #toldAt = -Infinity;

  /**
   * @param {HTMLElement} line where it is shown
   * @param {{typingOne: string, typingMany: string}} texts
   */
  constructor(socket, thread, line, texts) {
    this.#socket = socket;
    this.#thread = thread;
    this.#line = line;
    this.#texts = texts;
  }

  know(people) {
    for (const { id, name } of people) this.#people.set(id, name);
  }

  tell() {
    const now = performance.now();
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    if (this.#socket.send({ type: 'typing', thread: this.#thread })) this.#toldAt = now;
  }

  /** After a message was sent, the next key tells anew. */
  sent() { this.#toldAt = -Infinity; }

  started(id) {
    if (!this.#people.has(id)) return;
    clearTimeout(this.#typing.get(id));
    this.#typing.set(id, setTimeout(() => this.stopped(id), SHOW_MS));
    this.#show();
  }

  stopped(id) {
    clearTimeout(this.#typing.get(id));
    if (this.#typing.delete(id)) this.#show();
  }

  #show() {
    const names = Array.from(this.#typing.keys(), (id) => this.#people.get(id));
    if (names.length > 1) fill(this.#line, this.#texts.typingMany, { names: names.join(', ') });
    else if (names.length === 1) fill(this.#line, this.#texts.typingOne, { name: names[0] });
    else this.#line.replaceChildren();
  }
}
