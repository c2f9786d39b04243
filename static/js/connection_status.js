import { reloadPage } from './router.js';

const QUIET_MS = 3_000; // a short break is not worth a word

/** Says how the connection is, in a line above everything: lost for a while, or never to come. */
export class ConnectionStatus {
  #socket;
  #line;
  #texts;
  #timer = 0;

  /**
   * @param {import('./socket.js').ChatSocket} socket
   * @param {HTMLElement} line
   * @param {{lost: string, unsupported: string, blocked: string}} texts
   */
  constructor(socket, line, texts) {
    this.#socket = socket;
    this.#line = line;
    this.#texts = texts;
    socket.addEventListener('statechange', () => this.#follow());
  }

  /** Something that did not work for want of a connection; '' when that is over. */
  say(sentence) {
    this.#line.textContent = sentence;
    this.#line.hidden = !sentence;
  }

  #follow() {
    const { state } = this.#socket;
    if (state === 'signed-out') reloadPage(); // the server shows the sign-in page
    if (state === 'connecting' || state === 'waiting') {
      this.#timer ||= setTimeout(() => this.say(this.#texts.lost), QUIET_MS);
    } else {
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.say(this.#texts[state] ?? '');
    }
  }
}
