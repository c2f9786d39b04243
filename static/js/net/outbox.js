/**
 * Sends what was written, and changes of it, in order, until the server says that it is stored: through reloads, closed
 * tabs and disconnections, always with the same id, so that the server stores it once.
 *
 * Events (`detail`) of messages: `added` (Entry), `rewritten` (Entry: changed before it was sent), `settled`
 * ({thread, seq, id, sender, text, at}), `refused` (Entry), `discarded` (Entry). Of changes: `changing` (Entry: what
 * waits for its message is different now), `changed-here` ({thread, entry, change}: stored under that number),
 * `change-refused` (Entry), `change-dropped` ({thread, entry, reason}). What another tab did causes the same
 * events, with `elsewhere`, except for the server's answers to it, which this page's socket receives, too.
 *
 * @typedef {import('./outbox_store.js').Entry} Entry
 */
import { uuid } from '../lib/uuid.js';
import { basedOn, frameOf, isChange, tidy } from './changes.js';
import { Delivery } from './delivery.js';
import { nextToSend, sentFiles, unsentFiles } from './waiting_files.js';

const FOR_NOW = new Set(['too_many', 'unavailable', 'server_error']); // errors after which it may still be stored
const EVENTS = { waiting: 'rewritten', refused: 'refused', discarded: 'discarded' };

export class Outbox extends EventTarget {
  #user;
  #store;
  #delivery;

  /**
   * @param {{id: number, name: string}} user
   * @param {import('./ways.js').Ways} socket
   * @param {import('./outbox_store.js').OutboxStore} store
   * @param {{tooBig: string}} texts
   */
  constructor(user, socket, store, texts) {
    super();
    this.#user = user;
    this.#store = store;
    this.#delivery = new Delivery(socket, `chatserver.outbox.${user.id}`, {
      tidy: () => this.#tidy(),
      next: () => nextToSend(this.#store.all(), socket.hello),
      handOver: (entry) => this.#handOver(entry),
    });
    socket.addEventListener('sent', ({ detail }) => this.#settle(detail));
    socket.addEventListener('message', ({ detail }) => {
      if (detail.sender.id === user.id) this.#settle(detail);
    });
    socket.addEventListener('done', ({ detail }) => this.#done(detail));
    socket.addEventListener('error', ({ detail }) => this.#failed(detail));
    socket.addEventListener('toobig', () => {
      if (this.#delivery.entry) this.refuse(this.#delivery.entry, { message: texts.tooBig });
    });
    store.watch((entry, before) => this.#changedElsewhere(entry, before));
  }

  get isVolatile() {
    return this.#store.isVolatile;
  }

  /** @returns {Entry[]} the messages that wait or were refused in a thread, in order */
  entries(thread) {
    return this.#of(thread).filter((entry) => !isChange(entry));
  }

  /** @returns {Entry[]} the changes that wait or were refused in a thread, in order */
  changes(thread) {
    return this.#of(thread).filter(isChange);
  }

  /** Whether anything waits in a thread. */
  waits(thread) {
    return this.#of(thread).some(({ state }) => state === 'waiting');
  }

  #of(thread) {
    return this.#store.all().filter((entry) => entry.thread === thread && entry.state !== 'discarded');
  }

  /** The messages with files that wait or were refused, in order. */
  get withFiles() {
    return this.#store.all().filter(({ files, state }) => files && state !== 'discarded');
  }

  /** @param {number} thread @param {string} text @param {number} [reply] @param {Entry['files']} [files] */
  add(thread, text, reply, files) {
    this.#dispatch('added', this.#put({ thread, text, reply, files }));
    this.#delivery.flush();
  }

  /**
   * Changes the files of a message that was not handed over; one without text and files is discarded.
   * @param {string} id
   * @param {(files: any[]) => any[]} change
   */
  changeFiles(id, change) {
    const entry = this.#store.get(id);
    if (!entry?.files || entry.handed) return;
    const files = change(entry.files);
    if (files.length || entry.text) this.#rewrite({ ...entry, files });
    else this.#remove(entry);
    this.#delivery.flush();
  }

  #rewrite(entry) {
    this.#store.put(entry);
    this.#dispatch('rewritten', entry);
  }

  /**
   * A change may be merged with entries that wait already, which only the tab whose turn it is may do; until then it
   * is kept as it is.
   * @param {{thread: number, seq?: number, of?: string, kind: 'edit'|'delete'|'react', text?: string, base?: number,
   *   emoji?: string, on?: boolean}} change `of` is the id of a message whose number is not known
   */
  async change(change) {
    this.#dispatch('changing', this.#put(change));
    await this.#delivery.inTurn(() => this.#tidy());
    this.#delivery.flush();
  }

  #put(fields) {
    const last = this.#store.all().at(-1)?.order ?? 0;
    const entry = { ...fields, id: uuid(), order: Math.max(Date.now(), last + 1), state: 'waiting', handed: false };
    this.#store.put(entry);
    return entry;
  }

  /** Sends a refused entry again, as a new one. */
  tryAgain(id) {
    const entry = this.#store.get(id);
    this.discard(id);
    if (!entry) return;
    const { thread, text, reply, files, seq, of, kind, base } = entry;
    if (isChange(entry)) this.change({ thread, seq, of, kind: /** @type {'edit'} */ (kind), text, base });
    else this.add(thread, /** @type {string} */ (text), reply, files && unsentFiles(entry));
  }

  discard(id) {
    const entry = this.#store.get(id);
    if (entry) this.#remove(entry);
  }

  #remove(entry) {
    if (isChange(entry)) {
      this.#store.remove(entry.id);
      this.#dispatch('changing', entry);
      return;
    }
    this.#store.put({ ...entry, state: 'discarded' }); // other tabs see this, and can distinguish it from "settled"
    this.#store.remove(entry.id);
    this.#dispatch('discarded', entry);
  }

  /** Removes a message that the loaded page already shows as stored, under this number. */
  forget(id, seq) {
    this.#number(id, seq);
    this.#store.remove(id);
  }

  /** Gives the number of a message to the changes that wait for it. */
  #number(of, seq) {
    for (const entry of this.#store.all()) {
      if (isChange(entry) && entry.of === of && !entry.seq) this.#store.put({ ...entry, seq });
    }
  }

  /** In turn. @returns {true} */
  #tidy() {
    const { put, gone } = tidy(this.#store.all());
    for (const entry of put) {
      this.#store.put(entry);
      this.#dispatch(isChange(entry) ? 'changing' : EVENTS[entry.state], entry);
    }
    for (const entry of gone) this.#remove(entry);
    return true;
  }

  #handOver(entry) {
    if (!entry.handed) this.#store.put({ ...entry, handed: true });
    return frameOf(entry);
  }

  /** @param {any} frame `sent`, which has no text, or the user's own `message` */
  #settle(frame) {
    const { thread, seq, id, at } = frame;
    this.#number(id, seq);
    const entry = this.#known(id);
    if (!entry) return;
    this.#store.remove(id);
    const { text, reply } = entry;
    const own = { thread, seq, id, sender: this.#user, text, at, reply, files: sentFiles(entry) };
    const message = 'text' in frame ? frame : own;
    this.#dispatch('settled', message);
    this.#delivery.settled(id);
  }

  #done({ thread, id, change }) {
    const entry = this.#known(id);
    if (!entry) return;
    this.#store.remove(id);
    for (const next of basedOn(entry, change, this.#store.all())) this.#store.put(next);
    this.#dispatch('changed-here', { thread, entry, change });
    this.#delivery.settled(id);
  }

  #known(id) {
    const { entry } = this.#delivery;
    return this.#store.get(id) ?? (entry?.id === id ? entry : undefined);
  }

  #failed(error) {
    const { entry } = this.#delivery;
    if (!entry || error.id !== entry.id) return;
    if (FOR_NOW.has(error.code)) this.#delivery.postpone(error.retry_after, error.code === 'too_many');
    else if (error.code === 'no_such_file' && entry.files && !entry.again) this.#uploadAgain(entry);
    else this.refuse(entry, error);
  }

  /** The server no longer has the files: they waited too long. @param {Entry} entry */
  #uploadAgain(entry) {
    this.#rewrite({ ...entry, files: unsentFiles(entry), again: true, handed: false });
    this.#delivery.settled(entry.id);
  }

  /** @param {Entry} entry @param {any} error of the server: of a frame, or of an upload */
  refuse(entry, { message: reason, code, text, edited, change }) {
    if (entry.kind === 'delete' || entry.kind === 'react') {
      this.#store.remove(entry.id);
      this.#dispatch('change-dropped', { thread: entry.thread, entry, reason });
    } else {
      const present = code === 'changed_meanwhile' ? { text, edited, change } : undefined;
      /** @type {Entry} */
      const refused = { ...entry, state: 'refused', handed: false, reason, code, present };
      this.#store.put(refused);
      this.#dispatch(isChange(entry) ? 'change-refused' : 'refused', refused);
    }
    this.#tidy();
    this.#delivery.settled(entry.id);
  }

  #changedElsewhere(entry, before) {
    const detail = { ...(entry ?? before), elsewhere: true };
    if (isChange(detail)) this.#dispatch('changing', detail);
    else if (entry) this.#dispatch(!before && entry.state === 'waiting' ? 'added' : EVENTS[entry.state], detail);
    if (entry?.state === 'waiting') this.#delivery.flush();
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
