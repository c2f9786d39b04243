/** Which messages of a thread this page has, by number; it touches neither page nor network. */
export class Timeline {
  #contiguous;
  #ahead = new Set();

  /** @param {number} last everything up to this number is there */
  constructor(last) {
    this.#contiguous = last;
  }

  /** The last number up to which nothing is missing, for catching up. */
  get contiguous() {
    return this.#contiguous;
  }

  /** @param {number} seq @returns {boolean} false for a repetition, which is to be ignored */
  add(seq) {
    if (seq <= this.#contiguous || this.#ahead.has(seq)) return false;
    this.#ahead.add(seq);
    while (this.#ahead.delete(this.#contiguous + 1)) this.#contiguous += 1;
    return true;
  }
}
