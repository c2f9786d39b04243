import { reloadPage } from './reload.js';

const QUIET_MS = 3_000; // a short break is not worth a word
const READABLE_MS = 3_000;

/**
 * Shows the state of the connection in a line above everything: lost for a while, or impossible.
 * Also shows what failed because there was no connection.
 */
export class ConnectionStatus {
  #socket;
  #line;
  #texts;
  #state = ''; // the sentence of the connection's state
  #problem = ''; // goes before it
  #readAt = 0;
  #quiet = 0; // timer
  #forgetting = 0; // timer

  /**
   * @param {import('../net/socket.js').ChatSocket} socket
   * @param {HTMLElement} line
   * @param {{lost: string, unsupported: string, blocked: string}} texts
   */
  constructor(socket, line, texts) {
    this.#socket = socket;
    this.#line = line;
    this.#texts = texts;
    socket.addEventListener('statechange', () => this.#follow());
    socket.addEventListener('answer', () => this.#forgetProblem());
  }

  /** Shows what failed for lack of a connection, until the server answers, and long enough to be read. */
  say(sentence) {
    clearTimeout(this.#forgetting);
    this.#forgetting = 0;
    this.#problem = sentence;
    this.#readAt = performance.now() + READABLE_MS;
    this.#show();
    this.#socket.probe();
  }

  /** What did not work has worked now. */
  takeBack() {
    clearTimeout(this.#forgetting);
    this.#forgetting = 0;
    this.#problem = '';
    this.#show();
  }

  #forgetProblem() {
    if (!this.#problem) return;
    this.#forgetting ||= setTimeout(() => this.takeBack(), Math.max(0, this.#readAt - performance.now()));
  }

  #follow() {
    const { state } = this.#socket;
    if (state === 'signed-out') reloadPage(); // the server shows the sign-in page
    if (state === 'connecting' || state === 'waiting') {
      this.#quiet ||= setTimeout(() => this.#stateIs(this.#texts.lost), QUIET_MS);
    } else {
      clearTimeout(this.#quiet);
      this.#quiet = 0;
      this.#stateIs(this.#texts[state] ?? '');
    }
  }

  #stateIs(sentence) {
    this.#state = sentence;
    if (sentence)
      this.takeBack(); // it says more
    else this.#show();
  }

  #show() {
    const sentence = this.#problem || this.#state;
    if (this.#line.textContent !== sentence) this.#line.textContent = sentence; // or it would be read aloud again
    this.#line.hidden = !sentence;
  }
}
