import { showSignedOut } from './signed_out.js';

const QUIET_MS = 3_000; // a short interruption is not shown
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
  #problem = ''; // shown instead of it
  #readAt = 0;
  #quiet = 0; // timer
  #forgetting = 0; // timer

  /**
   * @param {import('../net/socket.js').ChatSocket} socket
   * @param {HTMLElement} line
   * @param {{lost: string, unsupported: string, blocked: string, signedOut: string, signInAgain: string}} texts
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

  /** Removes a problem that no longer exists. */
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
    if (state === 'signed-out') {
      showSignedOut(this.#line, this.#texts);
      return;
    }
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
      this.takeBack(); // the new sentence says more
    else this.#show();
  }

  #show() {
    const sentence = this.#problem || this.#state;
    if (this.#line.textContent !== sentence) this.#line.textContent = sentence; // or it would be read aloud again
    this.#line.hidden = !sentence;
  }
}
