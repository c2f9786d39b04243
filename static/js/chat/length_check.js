import { text as format } from '../lib/sentences.js';
import { countChars, isLonger } from '../lib/texts.js';

const COUNT_FROM = 0.9; // of the limit

const numbers = new Intl.NumberFormat(document.documentElement.lang);

/** Checks the length of a text: counts near the limit, and explains beyond it. */
export class LengthCheck {
  #error;
  #counter;
  #limit; // code points
  #texts;

  /**
   * @param {HTMLFormElement} form
   * @param {{tooLong: string, counter: string}} texts
   */
  constructor(form, texts) {
    this.#error = /** @type {HTMLElement} */ (form.querySelector('#composer-error'));
    this.#counter = /** @type {HTMLElement} */ (form.querySelector('#composer-counter'));
    this.#limit = Number(form.dataset.limit) || Infinity;
    this.#texts = texts;
  }

  /** Whether a text fits. The number is updated after a pause in typing, so that not every key is read out. */
  fits(text, anew = false) {
    const fits = !isLonger(text, this.#limit);
    const sentence = fits ? '' : this.#format(this.#texts.tooLong, countChars(text));
    if (anew || !sentence || !this.#error.textContent) this.#error.textContent = sentence;
    return fits;
  }

  /** Shows another error of the text, until it is changed. @param {string} sentence */
  say(sentence) {
    this.#error.textContent = sentence;
  }

  /** Updates the count, not at every key: a screen reader could not follow. Over the limit the error says it. */
  count(text) {
    const count = text.length < this.#limit * COUNT_FROM ? 0 : countChars(text);
    const isNear = count >= this.#limit * COUNT_FROM && count <= this.#limit;
    this.#counter.textContent = isNear ? this.#format(this.#texts.counter, count) : '';
  }

  #format(sentence, count) {
    return format(sentence, { count: numbers.format(count), limit: numbers.format(this.#limit) });
  }
}
