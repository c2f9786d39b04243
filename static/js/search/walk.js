import { main } from '../shell/pane.js';
import { mark } from './marking.js';

/**
 * From a result into its chat: marks the words there, and leads on to the next and the previous result. It knows that
 * the pane was changed by watching the page, since the router belongs to another script.
 */
export class Walk {
  #results;
  #at = -1; // the place of the result that is open

  /** @param {import('./results.js').Results} results */
  constructor(results) {
    this.#results = results;
    document.addEventListener('click', ({ target }) => this.#follow(/** @type {any} */ (target)), { capture: true });
    new MutationObserver(() => this.#arrive()).observe(document.body, { childList: true });
  }

  #follow(target) {
    const link = target.closest('a');
    if (!link) return;
    this.#at = this.#results.messages.indexOf(link);
    for (const each of this.#results.messages) each.ariaCurrent = each === link ? 'true' : null;
  }

  #arrive() {
    const link = this.#results.messages[this.#at];
    const pane = main();
    if (!link || pane.querySelector('.search-steps') || !this.#isThere(link, pane)) return;
    const message = pane.querySelector(`.message[data-seq="${new URL(link.href).searchParams.get('at')}"]`);
    if (message) mark(message, words(link));
    this.#showSteps(pane);
  }

  #isThere(link, pane) {
    return new URL(link.href).pathname === new URL(pane.dataset.path, location.href).pathname;
  }

  /** The buttons that lead on, over the messages. */
  #showSteps(pane) {
    const steps = this.#results.drawn.querySelector('template').content.cloneNode(true).firstElementChild;
    const [older, newer, close] = steps.querySelectorAll('button');
    steps.querySelector('.search-place').textContent = `${this.#at + 1} / ${this.#results.messages.length}`;
    newer.disabled = this.#at === 0;
    older.disabled = this.#at === this.#results.messages.length - 1 && !this.#results.drawn.querySelector('.more a');
    older.addEventListener('click', () => this.#go(1));
    newer.addEventListener('click', () => this.#go(-1));
    close.addEventListener('click', () => steps.remove());
    pane.querySelector('.chat-log-frame')?.append(steps);
  }

  async #go(step) {
    if (this.#at + step >= this.#results.messages.length) await this.#results.more();
    this.#results.messages[this.#at + step]?.click();
  }
}

/** The words that a result marks. */
function words(link) {
  const marks = [...link.querySelectorAll('mark')];
  return [...new Set(marks.map((one) => one.textContent))];
}
