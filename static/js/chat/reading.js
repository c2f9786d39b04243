const GATHER_MS = 200; // a burst of messages causes one read marker

/** Sends the read marker when the end of the list is in view on a page that is visible and in focus. */
export class Reading {
  #socket;
  #thread;
  #timeline;
  #seesEnd;
  #marked;
  #signal;
  #timer = 0;

  /**
   * @param {import('./scroll.js').EndScroll} scroll
   * @param {() => boolean} seesEnd whether somebody looks at the last message
   * @param {number} marked the read marker on the server
   * @param {AbortSignal} signal
   */
  constructor(socket, thread, timeline, scroll, seesEnd, marked, signal) {
    this.#socket = socket;
    this.#thread = thread;
    this.#timeline = timeline;
    this.#seesEnd = seesEnd;
    this.#marked = marked;
    this.#signal = signal;
    addEventListener('focus', () => this.notice(), { signal });
    document.addEventListener('visibilitychange', () => this.notice(), { signal });
    scroll.addEventListener('reachend', () => this.notice());
  }

  /** Takes the read marker from the server: one that was being sent when the connection broke may be lost. */
  startFrom(marked) {
    this.#marked = marked;
    this.notice();
  }

  /** Something may have come into view. */
  notice() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#mark(), GATHER_MS);
  }

  #mark() {
    const seq = this.#timeline.contiguous;
    if (this.#signal.aborted || seq <= this.#marked) return;
    if (!this.#seesEnd()) return;
    if (this.#socket.send({ type: 'read', thread: this.#thread, seq })) this.#marked = seq;
  }
}
