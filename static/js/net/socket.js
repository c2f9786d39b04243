/**
 * The one connection of a page to the server, and the only module that knows WebSocket.
 *
 * Events: each frame under its type (`detail` is the frame), `answer` with every frame, `statechange`, and
 * `toobig` when the server closed because of the size of what we sent. States: `connecting`, `live` (the server said
 * hello), `waiting` (between two attempts), `blocked` (waiting, and this network lets no WebSocket through),
 * `signed-out` (this account is no longer signed in here) and `unsupported`.
 */
import { backOff } from './back_off.js';
import { within } from './patience.js';

const SILENCE_MS = 60_000; // the server pings every 25 s
const PONG_MS = 5_000;
const OFFLINE_PONG_MS = 2_000; // the browser itself says that there is no network
const HANDSHAKE_MS = 20_000;
const POLICY_WAIT_MS = 30_000;
const STABLE_MS = 10_000; // after a connection of this length the waits start again
const SESSION_CHECK_MS = 5_000;
const HANDSHAKES_BEFORE_SESSION_CHECK = 2;
const CHECKS_BEFORE_BLOCKED = 5; // the session answers, the WebSocket never does

const CLOSE = { goingAway: 1001, policy: 1008, tooBig: 1009, signedOut: 4001 };

export class ChatSocket extends EventTarget {
  #userId;
  /** @type {WebSocket|null} */
  #socket = null;
  #state = 'waiting';
  #liveSince = 0;
  #attempt = 0;
  #failedHandshakes = 0;
  #fruitlessChecks = 0;
  #deadline = 0; // the timer that ends the connection unless a frame comes first
  #retry = 0;
  #isProbed = false; // a ping is unanswered: another one would only postpone the deadline
  #mayHurry = true;
  #hello = null;

  /** @param {number} userId the account the page was rendered for; the socket never speaks for another */
  constructor(userId) {
    super();
    this.#userId = userId;
  }

  get state() {
    return this.#state;
  }
  get live() {
    return this.#state === 'live';
  }

  /** The last `hello` of the server. @returns {any} null before the first */
  get hello() {
    return this.#hello;
  }

  start() {
    if (!('WebSocket' in window)) {
      this.#enter('unsupported');
      return;
    }
    addEventListener('online', () => this.#comeBack());
    addEventListener('offline', () => {
      if (this.live) this.probe();
    });
    addEventListener('pageshow', (event) => {
      if (event.persisted) this.probe();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.probe();
    });
    navigator.connection?.addEventListener('change', () => {
      if (this.live) this.probe();
    }); // another network
    this.#connect();
  }

  /** Checks a live connection, which may have been lost silently; ends the wait for the next attempt. */
  probe() {
    if (this.live) {
      if (this.#isProbed) return;
      this.#isProbed = true;
      this.send({ type: 'ping' });
      this.#expectFrameWithin(navigator.onLine ? PONG_MS : OFFLINE_PONG_MS);
    } else if (this.#state === 'waiting' || this.#state === 'blocked') {
      if (!this.#socket && this.#mayHurry) this.#connect();
    }
  }

  /** @returns {boolean} whether the frame was handed to a live connection (not: whether it arrived) */
  send(frame) {
    if (!this.live || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #connect() {
    clearTimeout(this.#retry);
    if (this.#state !== 'blocked') this.#enter('connecting');
    const url = new URL('/messages/ws', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#isProbed = false;
    const current = (handle) => (event) => {
      if (socket === this.#socket) handle(event);
    };
    socket.addEventListener(
      'message',
      current((event) => this.#receive(event.data)),
    );
    socket.addEventListener(
      'close',
      current((event) => this.#closed(event.code)),
    );
    this.#expectFrameWithin(HANDSHAKE_MS);
  }

  #receive(data) {
    this.#isProbed = false;
    this.#expectFrameWithin(SILENCE_MS);
    const frame = JSON.parse(data);
    if (frame.type === 'hello') {
      if (frame.user.id !== this.#userId) {
        this.#stop();
        return;
      }
      this.#failedHandshakes = this.#fruitlessChecks = 0;
      this.#liveSince = Date.now();
      this.#hello = frame;
      this.#enter('live');
    }
    if (frame.type === 'ping') this.send({ type: 'pong' });
    this.dispatchEvent(new CustomEvent(frame.type, { detail: frame }));
    this.dispatchEvent(new Event('answer'));
  }

  async #closed(code) {
    const wasLive = this.live;
    clearTimeout(this.#deadline);
    this.#socket = null;
    if (code === CLOSE.signedOut) {
      this.#stop();
      return;
    }
    if (code === CLOSE.tooBig) this.dispatchEvent(new Event('toobig'));
    if (wasLive && (code === CLOSE.goingAway || Date.now() - this.#liveSince > STABLE_MS)) this.#attempt = 0;
    this.#mayHurry = code !== CLOSE.policy;
    const wait = backOff(this.#attempt++) + (this.#mayHurry ? 0 : POLICY_WAIT_MS);
    this.#retry = setTimeout(() => this.#connect(), wait);
    if (this.#state !== 'blocked') this.#enter('waiting');
    if (!wasLive && ++this.#failedHandshakes >= HANDSHAKES_BEFORE_SESSION_CHECK) await this.#checkSession();
  }

  /** Asks for the session, since a refused handshake gives no reason; keeps trying unless it is "not signed in". */
  async #checkSession() {
    let status = 0;
    try {
      const signal = within(SESSION_CHECK_MS);
      status = (await fetch('/messages/session', { cache: 'no-store', redirect: 'manual', signal })).status;
    } catch {
      /* unreachable: the next attempt will show */
    }
    if (this.live) return;
    if (status) this.dispatchEvent(new Event('answer'));
    if (status === 401) {
      this.#stop();
      return;
    }
    this.#fruitlessChecks = status === 200 ? this.#fruitlessChecks + 1 : 0;
    if (this.#fruitlessChecks >= CHECKS_BEFORE_BLOCKED) this.#enter('blocked');
  }

  /** Handles a new network: does not wait for an attempt that began without one. */
  #comeBack() {
    this.#attempt = 0;
    if (this.#socket && !this.live) this.#expectFrameWithin(PONG_MS);
    else this.probe();
  }

  #expectFrameWithin(milliseconds) {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#abandon(), milliseconds);
  }

  /** Does not wait for the closing handshake: on a dead network it takes minutes. */
  #abandon() {
    this.#socket?.close();
    this.#closed(0);
  }

  #stop() {
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    this.#socket?.close();
    this.#socket = null;
    this.#enter('signed-out');
  }

  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}
