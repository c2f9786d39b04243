import { page } from '../lib/page_data.js';
import { plural, text } from '../lib/sentences.js';

/** The line "7 messages (4 received, 3 sent)". */
export class Counts {
  #element;
  #received;
  #sent;

  /** @param {HTMLElement} element @param {{received: number, sent: number}} thread */
  constructor(element, { received, sent }) {
    this.#element = element;
    this.#received = received;
    this.#sent = sent;
  }

  add(own) {
    if (own) this.#sent += 1;
    else this.#received += 1;
    const total = this.#received + this.#sent;
    const values = { messages: plural(page.texts.messages, total), received: this.#received, sent: this.#sent };
    this.#element.textContent = text(page.texts.counts, values);
  }
}
