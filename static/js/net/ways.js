/**
 * Carries the frames of the outbox: by the socket or, where WebSockets are blocked, as forms, once the user asks for
 * it. The outbox uses it like a socket. Further events: `open`, and `fail` (`detail` is the error) without an answer.
 */
export class Ways extends EventTarget {
  #socket;
  #post;
  #isOpen = false;

  /**
   * @param {import('./socket.js').ChatSocket} socket
   * @param {(frame: any) => Promise<any>} post returns the answer of a socket; rejects if the outcome is unknown
   */
  constructor(socket, post) {
    super();
    this.#socket = socket;
    this.#post = post;
    for (const type of ['sent', 'message', 'done', 'error', 'toobig']) {
      socket.addEventListener(type, ({ detail }) => this.#tell(type, detail));
    }
    socket.addEventListener('statechange', () => {
      if (socket.live) this.#isOpen = false;
      this.#tell('statechange');
    });
  }

  /** Whether WebSockets are blocked, and forms are the only way. */
  get isPlain() {
    return this.#socket.state === 'unsupported' || this.#socket.state === 'blocked';
  }

  /** Whether frames are sent as forms. */
  get isOpen() {
    return this.#isOpen;
  }

  get live() {
    return this.#socket.live || this.#isOpen;
  }

  get hello() {
    return this.#isOpen ? { changes: true, files: true } : this.#socket.hello;
  }

  /** Sends frames as forms from now on, until a socket is live or a form gets no answer. */
  open() {
    if (!this.isPlain || this.#isOpen) return;
    this.#isOpen = true;
    this.#tell('open');
    this.#tell('statechange');
  }

  /** @param {any} frame @returns {boolean} whether it was handed over */
  send(frame) {
    if (!this.#isOpen) return this.#socket.send(frame);
    this.#post(frame).then(
      (answer) => this.#tell(answer.type, answer),
      (error) => this.#fail(error),
    );
    return true;
  }

  probe() {
    this.#socket.probe();
  }

  #fail(error) {
    this.#isOpen = false;
    this.#tell('fail', error);
    this.#tell('statechange');
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
