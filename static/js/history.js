/**
 * The history around what is shown: earlier and later pages come as one scrolls near them. `complete` says whether
 * the list reaches the newest message; until then live ones wait. Events: `failed`, and `complete` when it does.
 */
const NEAR = '800px'; // so much before its end comes into view, a page is asked for

export class History extends EventTarget {
  #thread;
  #list;
  #log;
  #waiting = []; // live messages, until the pages before them are here
  #complete;
  #signal;

  /**
   * @param {HTMLElement} pane with the links `#earlier` and `#later`, which lead there without scripts, too
   * @param {number} thread
   * @param {import('./messages.js').MessageList} list
   * @param {HTMLElement} log
   * @param {{more: boolean, later: boolean}} chat whether there is anything earlier, and anything later
   * @param {AbortSignal} signal
   */
  constructor(pane, thread, list, log, { later }, signal) {
    super();
    this.#thread = thread;
    this.#list = list;
    this.#log = log;
    this.#complete = !later;
    this.#signal = signal;
    this.#watch(pane.querySelector('#earlier'), () => this.#loadEarlier());
    this.#watch(pane.querySelector('#later'), () => this.#loadLater());
  }

  get complete() { return this.#complete; }

  /** A live message: shown, or kept until it is its turn. */
  add(message) {
    if (this.#complete) this.#list.add(message);
    else this.#waiting.push(message);
  }

  #watch(link, load) {
    let loading = false;
    const observer = new IntersectionObserver(([{ isIntersecting }]) => { if (isIntersecting) turn(); }, {
      root: this.#log, rootMargin: `${NEAR} 0px`,
    });
    const turn = async () => {
      if (loading || link.hidden) return;
      loading = true;
      link.ariaBusy = 'true';
      const more = await load();
      link.ariaBusy = null;
      loading = false;
      if (more === undefined) return; // failed: the link is still there to be pressed
      link.hidden = !more;
      observer.unobserve(link);
      if (more) observer.observe(link); // it may be in view still
    };
    link.addEventListener('click', (event) => { event.preventDefault(); turn(); });
    observer.observe(link);
    this.#signal.addEventListener('abort', () => observer.disconnect());
  }

  async #loadEarlier() {
    const page = await this.#fetch(`before=${this.#list.firstSeq}`);
    if (page) this.#list.prepend(page.messages);
    return page?.more;
  }

  async #loadLater() {
    const page = await this.#fetch(`after=${this.#list.lastSeq}`);
    if (!page) return undefined;
    this.#list.append(page.messages);
    if (!page.more) {
      this.#complete = true;
      this.#waiting.filter(({ seq }) => seq > this.#list.lastSeq).forEach((message) => this.#list.add(message));
      this.dispatchEvent(new Event('complete'));
    }
    return page.more;
  }

  async #fetch(where) {
    try {
      const url = `/messages/chat/${this.#thread}/history?${where}`;
      const response = await fetch(url, { cache: 'no-store', signal: this.#signal });
      if (!response.ok) throw new Error(`history answered ${response.status}`);
      return await response.json();
    } catch (error) {
      if (!this.#signal.aborted) this.dispatchEvent(new CustomEvent('failed', { detail: error }));
      return undefined;
    }
  }
}
