const GATHER_MS = 200; // a burst of messages is one mark

/** Tells the server what has been read: the end of the list, seen on a page that is visible and in focus. */
export class Reading {
  #socket;
  #thread;
  #timeline;
  #scroll;
  #marked;
  #timer = 0;

  /** @param {number} marked the number up to which the server knows */
  constructor(socket, thread, timeline, scroll, marked) {
    this.#socket = socket;
    this.#thread = thread;
    this.#timeline = timeline;
    this.#scroll = scroll;
    this.#marked = marked;
    addEventListener('focus', () => this.notice());
    document.addEventListener('visibilitychange', () => this.notice());
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
    if (seq <= this.#marked || document.hidden || !document.hasFocus() || !this.#scroll.atEnd) return;
    if (this.#socket.send({ type: 'read', thread: this.#thread, seq })) this.#marked = seq;
  }
}
