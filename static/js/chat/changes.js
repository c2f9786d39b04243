import { changes } from '../net/changes.js';
import { drawRefusedEdit } from './conflict.js';
import { readMessage } from './drawing.js';
import { ofThread } from './of_thread.js';
import { MessageStates, stateOf } from './states.js';

/**
 * What becomes of the messages of an open chat: what the server tells, and what waits in the outbox, drawn over it.
 * Events: `state` (`detail` is the new state of a message), `live` (`detail` is its state `before` and `now`) if that
 * has just happened, and `taken`: originals of replies, or replies, have come.
 */
export class Changes extends EventTarget {
  #me;
  #thread;
  #list;
  #outbox;
  #socket;
  #texts;
  #number; // up to which all changes are known, to be named when the thread is opened
  #isOpen = false;
  #wasOpened = false;

  /**
   * @param {import('../app.js').App} app
   * @param {{thread: {id: number}, change?: number}} chat
   * @param {import('./messages.js').MessageList} list
   * @param {AbortSignal} signal when the chat is left
   */
  constructor({ me, texts, socket, outbox }, { thread, change }, list, signal) {
    super();
    this.#me = me;
    this.#thread = thread.id;
    this.#list = list;
    this.#outbox = outbox;
    this.#socket = socket;
    this.#texts = texts;
    this.#number = change;
    this.states = new MessageStates(me.id);
    const onSocket = ofThread(socket, thread.id, signal);
    onSocket('changed', (frame) => this.#change(frame));
    onSocket('note', (note) => this.#raise(note.change));
    onSocket('opened', (opened) => this.#opened(opened));
    onSocket('reset', () => this.#close());
    const onOutbox = ofThread(outbox, thread.id, signal);
    onOutbox('changing', (entry) => this.draw(entry));
    onOutbox('change-refused', (entry) => this.draw(entry));
    onOutbox('changed-here', ({ entry, change: number }) => this.#done(entry, number));
    onOutbox('change-dropped', ({ entry }) => this.draw(entry));
    socket.addEventListener('statechange', () => this.#connectionChanged(), { signal });
  }

  /** The number to name in `open`; from then on it stays, until the thread is opened. @returns {number|undefined} */
  opening() {
    this.#close();
    return this.#number;
  }

  #close() {
    this.#isOpen = false;
  }

  #opened({ change }) {
    this.#isOpen = true;
    this.#wasOpened = true;
    this.#raise(change);
  }

  #raise(change) {
    if (this.#isOpen && change !== undefined) this.#number = Math.max(this.#number ?? 0, change);
  }

  #connectionChanged() {
    if (!this.#socket.live) this.#close();
    this.drawWaiting();
  }

  #change(frame) {
    const before = this.know(frame.seq);
    const state = this.states.change(frame);
    this.#raise(frame.change);
    if (!state) return;
    this.#told(state);
    if (before && this.#isOpen) this.dispatchEvent(new CustomEvent('live', { detail: { before, now: state } }));
  }

  #done(entry, change) {
    this.know(entry.seq);
    const state = this.states.done(entry, change);
    if (state) this.#told(state);
    else this.draw(entry);
  }

  #told(state) {
    this.draw(state);
    this.dispatchEvent(new CustomEvent('state', { detail: state }));
  }

  /** A message has come, perhaps once more: it is drawn anew if it is known better, or changes of it wait. */
  take(message) {
    const known = this.states.get(message.seq);
    const state = this.states.take(message);
    const isNews = known ? state : state && state.change > (message.change ?? 0);
    if (isNews || this.#waiting({ seq: message.seq, of: message.id }).length) this.draw(message);
    if (message.reply) this.dispatchEvent(new Event('taken'));
  }

  /** A page of the history, once it is drawn. @param {{messages: any[], quoted?: any[], change?: number}} page */
  takePage({ messages, quoted = [], change }) {
    if (!this.#wasOpened && change !== undefined) this.#number = Math.min(this.#number ?? change, change);
    for (const message of messages) this.take(message);
    this.takeQuoted(quoted);
  }

  /** Originals of replies. @param {any[]} originals */
  takeQuoted(originals) {
    for (const original of originals) this.states.take(original);
    this.dispatchEvent(new Event('taken'));
  }

  /** @returns {import('./states.js').State|undefined} what is known of a message, by its number or its element */
  stateOf(item) {
    const { seq, id } = item.dataset;
    if (seq) return this.know(Number(seq));
    const entry = this.#outbox.entries(this.#thread).find((each) => each.id === id);
    return entry && stateOf({ ...entry, sender: this.#me, at: new Date(entry.order).toISOString() }, this.#me.id);
  }

  /** The page as drawn is read when it is first needed. @returns {import('./states.js').State|undefined} */
  know(seq) {
    const item = this.states.get(seq) ? null : this.#list.find({ seq });
    if (item) this.states.take(readMessage(item));
    return this.states.get(seq);
  }

  /** @param {{seq?: number, of?: string, id?: string}} message a message, a change of one, or its state */
  draw({ seq, of, id }) {
    const item = this.#list.find({ seq, of: of ?? id });
    const state = item && this.stateOf(item);
    if (!state) return;
    const waiting = this.#waiting({ seq: seq ?? state.seq, of: item.dataset.id });
    const wishes = waiting.filter((entry) => entry.state === 'waiting');
    const refused = waiting.find((entry) => entry.state === 'refused');
    this.#list.redraw(item, state, wishes, !this.#socket.live, () => drawRefusedEdit(item, refused, this.#texts));
  }

  /** Reactions become buttons. */
  drawReactions() {
    for (const { dataset } of this.#list.reacted) this.draw({ seq: Number(dataset.seq) });
  }

  /** Draws what waits over all messages that are there. */
  drawWaiting() {
    for (const entry of this.#outbox.changes(this.#thread)) this.draw(entry);
  }

  #waiting(message) {
    const ofMessage = { thread: this.#thread, ...message };
    return this.#outbox.changes(this.#thread).filter((entry) => changes(entry, ofMessage));
  }
}
