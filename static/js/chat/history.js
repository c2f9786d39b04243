/**
 * The history around what is shown: earlier and later pages come as one scrolls near them. `complete` says whether
 * the list reaches the newest message; until then live ones come with their page. Events: `failed` and
 * `loaded` of a page, `page` (`detail`) once it is drawn, and `complete` when it does.
 */
import { within } from '../net/patience.js';
import { PageLink } from './page_link.js';

const PATIENCE_MS = 15_000;
const MOST = 600; // messages on the page: beyond, those far away are let go of, and read again on the way back

export class History extends EventTarget {
  #thread;
  #list;
  #states;
  #signal;
  #complete;
  /** @type {any[]|null} live messages that come while the last page is on its way */
  #waiting = null;
  #earlier;
  #later;

  /**
   * @param {HTMLElement} pane with the links `#earlier` and `#later`, which lead there without scripts, too
   * @param {number} thread
   * @param {import('./messages.js').MessageList} list
   * @param {import('./states.js').MessageStates} states keep what is told while a page is on its way
   * @param {HTMLElement} log
   * @param {{later: boolean}} chat whether there is anything later than what is shown
   * @param {AbortSignal} signal
   */
  constructor(pane, thread, list, states, log, { later }, signal) {
    super();
    this.#thread = thread;
    this.#list = list;
    this.#states = states;
    this.#complete = !later;
    this.#signal = signal;
    /** @type {(selector: string) => any} */
    const find = (selector) => pane.querySelector(selector);
    this.#earlier = new PageLink(find('#earlier'), log, () => this.#loadEarlier(), signal);
    this.#later = new PageLink(find('#later'), log, () => this.#loadLater(), signal);
  }

  get complete() {
    return this.#complete;
  }

  /** A live message: shown, or left to the page that it is on. */
  add(message) {
    if (this.#complete) this.#list.add(message);
    else this.#waiting?.push(message);
  }

  /** The connection is back: what did not come may come now. */
  tryAgain() {
    this.#earlier.tryAgain();
    this.#later.tryAgain();
  }

  async #loadEarlier() {
    const first = this.#list.firstSeq;
    const page = await this.#states.fetching(this.#fetch(`before=${first}`));
    if (!page) return undefined;
    if (first !== this.#list.firstSeq) return true; // what it leads up to was let go of: ask again
    this.#list.prepend(page.messages);
    this.#tellPage(page);
    if (this.#list.trim(MOST, 'end')) {
      this.#complete = false;
      this.#later.show(true);
    }
    return page.more;
  }

  async #loadLater() {
    const waiting = [];
    this.#waiting = waiting;
    const last = this.#list.lastSeq;
    const page = await this.#states.fetching(this.#fetch(`after=${last}`));
    this.#waiting = null;
    if (!page) return undefined;
    if (last !== this.#list.lastSeq) return true;
    this.#list.append(page.messages);
    this.#tellPage(page);
    if (this.#list.trim(MOST, 'start')) this.#earlier.show(true);
    if (!page.more) {
      this.#complete = true;
      for (const message of waiting.filter(({ seq }) => seq > this.#list.lastSeq)) this.#list.add(message);
      this.dispatchEvent(new Event('complete'));
    }
    return page.more;
  }

  /** One message, wherever it is. @returns {Promise<any[]|undefined>} none if it may not be seen, nothing if away */
  async find(seq) {
    const page = await this.#states.fetching(this.#fetch(`before=${seq + 1}&limit=1`));
    return page?.messages.filter((message) => message.seq === seq);
  }

  #tellPage(page) {
    this.dispatchEvent(new CustomEvent('page', { detail: page }));
  }

  async #fetch(where) {
    try {
      const url = `/messages/chat/${this.#thread}/history?${where}`;
      const response = await fetch(url, { cache: 'no-store', signal: within(PATIENCE_MS, this.#signal) });
      if (!response.ok) throw new Error(`history answered ${response.status}`);
      const page = await response.json();
      this.dispatchEvent(new Event('loaded'));
      return page;
    } catch (error) {
      if (!this.#signal.aborted) this.dispatchEvent(new CustomEvent('failed', { detail: error }));
      return undefined;
    }
  }
}
