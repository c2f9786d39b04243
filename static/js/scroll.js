import { plural } from './texts.js';

const END_PX = 48; // as near counts as the end

/**
 * A list that is laid out from its end (`column-reverse`): there `scrollTop` is 0 and the browser itself
 * keeps it, and what is put before the first message moves nothing. `leftend` and `reachend` tell changes.
 */
export class EndScroll extends EventTarget {
  #element;
  #wasAtEnd = true;

  /** @param {HTMLElement} element @param {AbortSignal} signal */
  constructor(element, signal) {
    super();
    this.#element = element;
    element.addEventListener('scroll', () => this.#noticeEnd(), { passive: true, signal });
  }

  get element() { return this.#element; }

  get atEnd() { return Math.abs(this.#element.scrollTop) < END_PX; }

  toEnd() {
    this.#element.scrollTop = 0;
    this.#noticeEnd();
  }

  /** Runs a change of the list: at its end it stays there, elsewhere what is being read stays in place. */
  keeping(change, stay = this.atEnd) {
    if (stay) { change(); this.toEnd(); return; }
    const anchor = this.#firstVisible();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor) this.#element.scrollTop += anchor.getBoundingClientRect().top - before;
    this.#noticeEnd();
  }

  #firstVisible() {
    const { top } = this.#element.getBoundingClientRect();
    const items = this.#element.querySelectorAll('.message');
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (items[middle].getBoundingClientRect().bottom > top) high = middle;
      else low = middle + 1;
    }
    return items[low];
  }

  #noticeEnd() {
    if (this.atEnd === this.#wasAtEnd) return;
    this.#wasAtEnd = this.atEnd;
    this.dispatchEvent(new Event(this.atEnd ? 'reachend' : 'leftend'));
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
   * @param {EndScroll} scroll
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
    badge.setAttribute('aria-hidden', 'true');
    this.#link.title = words;
    this.#link.querySelector('.visually-hidden').textContent = words;
  }
}
