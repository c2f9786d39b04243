/** The line above the first message that is new since the last visit, or since the user looked away. */

import { following } from './arrange.js';
import { firstSeq, lastStored } from './order.js';

export class UnreadLine {
  #list;
  #blank;
  #scroll;
  #arrange;
  #readSeq;
  #isExpected; // there are new messages, which may not be on the page yet

  /**
   * @param {HTMLElement} list
   * @param {HTMLTemplateElement} blank
   * @param {{readSeq: number, unread: number}} thread how far the person had read when the chat was opened
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {(item: any) => void} arrange called for a message whose predecessor has changed
   */
  constructor(list, blank, { readSeq, unread }, scroll, arrange) {
    this.#list = list;
    this.#blank = blank;
    this.#readSeq = readSeq;
    this.#isExpected = unread > 0;
    this.#scroll = scroll;
    this.#arrange = arrange;
  }

  get element() {
    return this.#list.querySelector('.unread-line');
  }

  /** Shows the line before the first new message, once that place is on the page. */
  drawWhereOneLeftOff() {
    if (!this.#isExpected || this.element || firstSeq(this.#list) > this.#readSeq + 1) return;
    const isNew = (item) => Number(item.dataset.seq) > this.#readSeq && !item.matches('.own, .deleted');
    const first = /** @type {any} */ (Array.from(this.#list.querySelectorAll('[data-seq]')).find(isNew));
    if (!first) return;
    this.#scroll.keeping(() => {
      first.before(this.#make());
      this.#arrange(first);
    }, false);
  }

  /** Draws it above what comes next, and removes it above anything else. */
  drawAtEnd() {
    this.drop();
    const last = lastStored(this.#list);
    if (last) last.after(this.#make());
    else this.#list.prepend(this.#make());
  }

  drop() {
    this.#isExpected = false;
    const line = this.element;
    const next = line && following(line);
    line?.remove();
    if (next) this.#arrange(next);
  }

  #make() {
    return this.#blank.content.cloneNode(true);
  }
}
