const GATHER_MS = 200; // a burst of messages is one mark

/** Tells the server what has been read: the end of the list, seen on a page that is visible and in focus. */
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
   * @param {number} marked the number up to which the server knows
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

  /** The server says where the mark stands; one on its way when the connection broke may be lost. */
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
