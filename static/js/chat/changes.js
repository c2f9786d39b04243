import { countChars } from '../lib/texts.js';
import { changes } from '../net/changes.js';
import { drawRefusedEdit } from './conflict.js';
import { readMessage } from './drawing.js';
import { ofThread } from './of_thread.js';
import { MessageStates, stateOf } from './states.js';

const QUOTED_CHARS = 300; // code points of an original that the server sends for a quote

/**
 * The states of the messages of an open chat: those from the server, with the changes that wait in the outbox on top.
 * Events: `state` (`detail` is the new state of a message), `live` (`detail` is its state `before` and `now`) if it
 * has just changed, and `taken`: replies or originals of replies have arrived.
 */
export class Changes extends EventTarget {
  #me;
  #thread;
  #list;
  #outbox;
  #socket;
  #texts;
  #number; // all changes up to this number are known; `open` names it
  #isOpen = false;
  #wasOpened = false;
  #held = new Map(); // what one does → the number of the message

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

  /** The number for `open`, which does not rise until the thread is opened. @returns {number|undefined} */
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
    this.#show(state);
    if (before && this.#isOpen) this.dispatchEvent(new CustomEvent('live', { detail: { before, now: state } }));
  }

  #done(entry, change) {
    this.know(entry.seq);
    const state = this.states.done(entry, change);
    if (state) this.#show(state);
    else this.draw(entry);
  }

  #show(state) {
    this.draw(state);
    this.dispatchEvent(new CustomEvent('state', { detail: state }));
  }

  /** Takes an arriving message, and renders it again if a newer state is known or changes of it wait. */
  take(message) {
    const before = this.states.get(message.seq);
    const news = this.states.take(message);
    const isOutdated = Number(this.states.get(message.seq)?.change) > (message.change ?? 0);
    const isWaitedFor = this.#waiting({ seq: message.seq, of: message.id }).length > 0;
    if (isOutdated || (before && news) || isWaitedFor) this.draw(message);
    if (message.reply) this.dispatchEvent(new Event('taken'));
  }

  /** Takes a rendered page of the history. @param {{messages: any[], quoted?: any[], change?: number}} page */
  takePage({ messages, quoted = [], change }) {
    if (!this.#wasOpened && change !== undefined) this.#number = Math.min(this.#number ?? change, change);
    for (const message of messages) this.take(message);
    this.takeQuoted(quoted);
    this.states.keepOnly(new Set([...this.#list.numbers, ...this.#held.values()]));
  }

  /** Takes originals of replies, each with the beginning of its text. @param {any[]} originals */
  takeQuoted(originals) {
    for (const original of originals) {
      this.know(original.seq); // whole, if the message is on the page
      const isCut = countChars(original.text) >= QUOTED_CHARS;
      if (this.states.take({ ...original, isCut }) && !isCut) this.draw(original);
    }
    this.dispatchEvent(new Event('taken'));
  }

  /** Remembers a message however far away it is. @param {'edit'|'reply'} what @param {number} seq 0: no more */
  hold(what, seq) {
    this.#held.set(what, seq);
  }

  /** @returns {import('./states.js').State|undefined} what is known of a message, by its number or its element */
  stateOf(item) {
    const { seq, id } = item.dataset;
    if (seq) return this.know(Number(seq));
    const entry = this.#outbox.entries(this.#thread).find((each) => each.id === id);
    return entry && stateOf({ ...entry, sender: this.#me, at: new Date(entry.order).toISOString() }, this.#me.id);
  }

  /** Reads a message from the page when it is first needed. @returns {import('./states.js').State|undefined} */
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
    const pending = waiting.filter((entry) => entry.state === 'waiting');
    const refused = waiting.find((entry) => entry.state === 'refused');
    this.#list.redraw(item, state, pending, !this.#socket.live, () => drawRefusedEdit(item, refused, this.#texts));
  }

  /** Renders reactions as buttons. */
  drawReactions() {
    for (const { dataset } of this.#list.reacted) this.draw({ seq: Number(dataset.seq) });
  }

  /** Renders the waiting changes of all messages. */
  drawWaiting() {
    for (const entry of this.#outbox.changes(this.#thread)) this.draw(entry);
  }

  #waiting(message) {
    const ofMessage = { thread: this.#thread, ...message };
    return this.#outbox.changes(this.#thread).filter((entry) => changes(entry, ofMessage));
  }
}
