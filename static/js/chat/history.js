/**
 * The history around the shown messages: earlier and later pages are loaded when the user scrolls near them. `complete`
 * says whether the list reaches the newest message; until then live ones come with their page. Events: `failed` and
 * `loaded` of a page, `page` (`detail`) once it is rendered, and `complete` when it does.
 */
import { within } from '../net/patience.js';
import { PageLink } from './page_link.js';

const PATIENCE_MS = 15_000;
const MOST = 600; // messages on the page; beyond it, distant ones are removed, and loaded again when needed

export class History extends EventTarget {
  #thread;
  #list;
  #states;
  #signal;
  #complete;
  /** @type {{messages: any[], notes: any[]}|null} what arrives live while a later page is loading */
  #waiting = null;
  #earlier;
  #later;

  /**
   * @param {HTMLElement} pane with the links `#earlier` and `#later`, which also work without scripts
   * @param {number} thread
   * @param {import('./messages.js').MessageList} list
   * @param {import('./states.js').MessageStates} states they keep changes that arrive while a page is loading
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

  /** Shows a live message, or leaves it to the page that contains it. */
  add(message) {
    if (this.#complete) this.#list.add(message);
    else this.#waiting?.messages.push(message);
  }

  /** Shows a live note if its place is shown, or leaves it to the page that contains it. */
  addNote(note) {
    if (this.#complete || note.after <= this.#list.lastSeq) this.#list.notes.add(note);
    else this.#waiting?.notes.push(note);
  }

  /** Loads the pages that failed, now that the connection is back. */
  tryAgain() {
    this.#earlier.tryAgain();
    this.#later.tryAgain();
  }

  async #loadEarlier() {
    const first = this.#list.firstSeq;
    const page = await this.#states.fetching(this.#fetch(`before=${first}`));
    if (!page) return undefined;
    if (first !== this.#list.firstSeq) return true; // the messages after it were removed meanwhile: load again
    this.#list.prepend(page);
    this.#dispatchPage(page);
    if (this.#list.trim(MOST, 'end')) {
      this.#complete = false;
      this.#later.show(true);
    }
    return page.more;
  }

  async #loadLater() {
    const waiting = { messages: [], notes: [] };
    this.#waiting = waiting;
    const last = this.#list.lastSeq;
    const page = await this.#states.fetching(this.#fetch(`after=${last}`));
    this.#waiting = null;
    if (!page) return undefined;
    if (last !== this.#list.lastSeq) return true;
    this.#list.append(page);
    this.#dispatchPage(page);
    if (this.#list.trim(MOST, 'start')) this.#earlier.show(true);
    if (!page.more) {
      this.#complete = true;
      for (const message of waiting.messages.filter(({ seq }) => seq > this.#list.lastSeq)) this.#list.add(message);
    }
    for (const note of waiting.notes) this.addNote(note);
    if (!page.more) this.dispatchEvent(new Event('complete'));
    return page.more;
  }

  /** Loads one message. @returns {Promise<any[]|undefined>} empty if it may not be seen, undefined if that failed */
  async find(seq) {
    const page = await this.#states.fetching(this.#fetch(`before=${seq + 1}&limit=1`));
    return page?.messages.filter((message) => message.seq === seq);
  }

  #dispatchPage(page) {
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
