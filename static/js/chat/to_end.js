import { plural } from '../lib/sentences.js';

/** The link to the newest message, for a reader further up, with the unread count. */
export class ToEnd {
  #link;
  #plain;
  #forms;
  #count;
  #isEnd;

  /**
   * @param {HTMLAnchorElement} link
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {Object<string, string>} forms of "3 new messages"
   * @param {number} unread
   * @param {() => boolean} isEnd whether the newest message is in view
   */
  constructor(link, scroll, forms, unread, isEnd) {
    this.#link = link;
    this.#plain = link.title;
    this.#forms = forms;
    this.#count = unread;
    this.#isEnd = isEnd;
    scroll.addEventListener('leftend', () => this.show());
    scroll.addEventListener('reachend', () => this.show());
  }

  /** Call it before a message of somebody else is shown. */
  count() {
    if (!this.#isEnd()) this.show(this.#count + 1);
  }

  /** Call it when it may have changed whether this is the end. */
  show(count = this.#count) {
    const isEnd = this.#isEnd();
    this.#count = isEnd ? 0 : count;
    this.#link.hidden = isEnd;
    const badge = this.#link.querySelector('.badge');
    badge.textContent = this.#count;
    badge.hidden = !this.#count;
    const words = this.#count ? plural(this.#forms, this.#count) : this.#plain;
    this.#link.title = words;
    this.#link.querySelector('.visually-hidden').textContent = words;
  }
}
