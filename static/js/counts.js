import { page, plural, text } from './texts.js';

/** The line "7 messages (4 received, 3 sent)". */
export class Counts {
  #element;
  #received;
  #sent;

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

/** The way to the newest message, for a reader further up, with the number of what came meanwhile. */
export class NewMessages {
  #link;
  #scroll;
  #forms;
  #count = 0;

  /**
   * @param {HTMLAnchorElement} link
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {Object<string, string>} forms of "3 new messages"
   */
  constructor(link, scroll, forms) {
    this.#link = link;
    this.#scroll = scroll;
    this.#forms = forms;
    const plain = link.title;
    scroll.addEventListener('leftend', () => { link.hidden = false; });
    scroll.addEventListener('reachend', () => {
      link.hidden = true;
      this.#count = 0;
      this.#show(plain);
    });
  }

  /** Call it before a message of somebody else is shown. */
  count(atEnd) {
    if (atEnd && this.#scroll.atEnd) return;
    this.#count += 1;
    this.#link.hidden = false;
    this.#show(plural(this.#forms, this.#count));
  }

  #show(words) {
    const badge = this.#link.querySelector('.badge');
    badge.textContent = this.#count;
    badge.hidden = !this.#count;
    badge.ariaHidden = 'true';
    this.#link.title = words;
    this.#link.querySelector('.visually-hidden').textContent = words;
  }
}
