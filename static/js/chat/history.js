/**
 * The history around what is shown: earlier and later pages come as one scrolls near them. `complete` says whether
 * the list reaches the newest message; until then live ones come with their page. Events: `failed` and
 * `loaded` of a page, and `complete` when it does.
 */
import { within } from '../net/patience.js';

const PATIENCE_MS = 15_000;
const NEAR = '800px'; // so much before its end comes into view, a page is asked for
const MOST = 600; // messages on the page: beyond, those far away are let go of, and read again on the way back

export class History extends EventTarget {
  #thread;
  #list;
  #log;
  #signal;
  #complete;
  /** @type {any[]|null} live messages that come while the last page is on its way */
  #waiting = null;
  #earlier;
  #later;
  #failed = new Set(); // the turns of pages that did not come

  /**
   * @param {HTMLElement} pane with the links `#earlier` and `#later`, which lead there without scripts, too
   * @param {number} thread
   * @param {import('./messages.js').MessageList} list
   * @param {HTMLElement} log
   * @param {{later: boolean}} chat whether there is anything later than what is shown
   * @param {AbortSignal} signal
   */
  constructor(pane, thread, list, log, { later }, signal) {
    super();
    this.#thread = thread;
    this.#list = list;
    this.#log = log;
    this.#complete = !later;
    this.#signal = signal;
    this.#earlier = this.#watch(pane.querySelector('#earlier'), () => this.#loadEarlier());
    this.#later = this.#watch(pane.querySelector('#later'), () => this.#loadLater());
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
    for (const turn of this.#failed) turn();
  }

  /** @returns {(there: boolean) => void} to be told whether there is more in this direction */
  #watch(link, load) {
    let loading = false;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) turn();
      },
      {
        root: this.#log,
        rootMargin: `${NEAR} 0px`,
      },
    );
    const show = (there) => {
      link.hidden = !there;
      observer.unobserve(link);
      if (there) observer.observe(link); // it may be in view at once
    };
    const turn = async () => {
      if (loading || link.hidden) return;
      loading = true;
      const more = await load();
      loading = false;
      if (more === undefined) {
        this.#failed.add(turn);
        return;
      } // the link is still there to be pressed
      this.#failed.delete(turn);
      show(more);
    };
    link.addEventListener('click', (event) => {
      event.preventDefault();
      turn();
    });
    show(!link.hidden);
    this.#signal.addEventListener('abort', () => observer.disconnect());
    return show;
  }

  async #loadEarlier() {
    const first = this.#list.firstSeq;
    const page = await this.#fetch(`before=${first}`);
    if (!page) return undefined;
    if (first !== this.#list.firstSeq) return true; // what it leads up to was let go of: ask again
    this.#list.prepend(page.messages);
    if (this.#list.trimEnd(MOST)) {
      this.#complete = false;
      this.#later(true);
    }
    return page.more;
  }

  async #loadLater() {
    const waiting = [];
    this.#waiting = waiting;
    const last = this.#list.lastSeq;
    const page = await this.#fetch(`after=${last}`);
    this.#waiting = null;
    if (!page) return undefined;
    if (last !== this.#list.lastSeq) return true;
    this.#list.append(page.messages);
    if (this.#list.trimStart(MOST)) this.#earlier(true);
    if (!page.more) {
      this.#complete = true;
      for (const message of waiting.filter(({ seq }) => seq > this.#list.lastSeq)) this.#list.add(message);
      this.dispatchEvent(new Event('complete'));
    }
    return page.more;
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
