const END_PX = 48; // as near counts as the end

/**
 * A list that is laid out from its end (`column-reverse`): at the end `scrollTop` is 0, and the browser
 * keeps it, and what is put before the first message moves nothing. Events: `leftend` and `reachend`.
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

  get element() {
    return this.#element;
  }

  get atEnd() {
    return Math.abs(this.#element.scrollTop) < END_PX;
  }

  toEnd() {
    this.#element.scrollTop = 0;
    this.#noticeEnd();
  }

  /** Runs a change of the list: at its end it stays there, elsewhere what is being read stays in place. */
  keeping(change, stay = this.atEnd) {
    if (stay) {
      change();
      this.toEnd();
      return;
    }
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
