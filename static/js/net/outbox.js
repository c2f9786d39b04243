/**
 * Sends what was written, and changes of it, in order, until the server says that it is stored: through reloads, closed
 * tabs and disconnections, always with the same id, so that the server stores it once.
 *
 * Events (`detail`) of messages: `added` (Entry), `rewritten` (Entry: changed before it was sent), `settled`
 * ({thread, seq, id, sender, text, at}), `refused` (Entry), `discarded` (Entry). Of changes: `changing` (Entry: what
 * waits for its message is different now), `changed-here` ({thread, entry, change}: stored under that number),
 * `change-refused` (Entry), `change-dropped` ({thread, entry, reason}). What another tab did is told in the same way,
 * as `elsewhere`, except for what the server answered it: that comes on this page's socket, too.
 */
import { uuid } from '../lib/uuid.js';
import { changes, frameOf, isChange, tidy } from './changes.js';
import { Delivery } from './delivery.js';

const FOR_NOW = new Set(['too_many', 'unavailable', 'server_error']); // these don't say that it was not stored
const NEWS = { waiting: 'rewritten', refused: 'refused', discarded: 'discarded' };

export class Outbox extends EventTarget {
  #user;
  #socket;
  #store;
  #delivery;

  /**
   * @param {{id: number, name: string}} user
   * @param {import('./socket.js').ChatSocket} socket
   * @param {import('./outbox_store.js').OutboxStore} store
   * @param {{tooBig: string}} texts
   */
  constructor(user, socket, store, texts) {
    super();
    this.#user = user;
    this.#socket = socket;
    this.#store = store;
    this.#delivery = new Delivery(socket, `chatserver.outbox.${user.id}`, {
      tidy: () => this.#tidy(),
      next: () => this.#next(),
      handOver: (entry) => this.#handOver(entry),
    });
    socket.addEventListener('sent', ({ detail }) => this.#settle(detail));
    socket.addEventListener('message', ({ detail }) => {
      if (detail.sender.id === user.id) this.#settle(detail);
    });
    socket.addEventListener('done', ({ detail }) => this.#done(detail));
    socket.addEventListener('error', ({ detail }) => this.#failed(detail));
    socket.addEventListener('toobig', () => {
      if (this.#delivery.entry) this.#refuse(this.#delivery.entry, { message: texts.tooBig });
    });
    store.watch((entry, before) => this.#changedElsewhere(entry, before));
  }

  get isVolatile() {
    return this.#store.isVolatile;
  }

  /** @returns {import('./outbox_store.js').Entry[]} the messages that wait or were refused in a thread, in order */
  entries(thread) {
    return this.#of(thread).filter((entry) => !isChange(entry));
  }

  /** @returns {import('./outbox_store.js').Entry[]} the changes that wait or were refused in a thread, in order */
  changes(thread) {
    return this.#of(thread).filter(isChange);
  }

  #of(thread) {
    return this.#store.all().filter((entry) => entry.thread === thread && entry.state !== 'discarded');
  }

  /** @param {number} thread @param {string} text @param {number} [reply] the number of the message that it answers */
  add(thread, text, reply) {
    this.#tell('added', this.#put({ thread, text, reply }));
    this.#delivery.flush();
  }

  /**
   * What becomes of a change depends on what waits already, and only the tab whose turn it is can tell; until then it
   * is kept as it is.
   * @param {{thread: number, seq?: number, of?: string, kind: 'edit'|'delete'|'react', text?: string, base?: number,
   *   emoji?: string, on?: boolean}} wish `of` is the id of a message whose number is not known
   */
  async change(wish) {
    this.#tell('changing', this.#put(wish));
    await this.#delivery.inTurn(() => this.#tidy());
    this.#delivery.flush();
  }

  #put(wish) {
    const last = this.#store.all().at(-1)?.order ?? 0;
    const entry = { ...wish, id: uuid(), order: Math.max(Date.now(), last + 1), state: 'waiting', handed: false };
    this.#store.put(entry);
    return entry;
  }

  /** What was refused goes again as something new. */
  tryAgain(id) {
    const entry = this.#store.get(id);
    this.discard(id);
    if (!entry) return;
    const { thread, text, reply, seq, of, kind, base } = entry;
    if (isChange(entry)) this.change({ thread, seq, of, kind: /** @type {'edit'} */ (kind), text, base });
    else this.add(thread, /** @type {string} */ (text), reply);
  }

  discard(id) {
    const entry = this.#store.get(id);
    if (entry) this.#remove(entry);
  }

  #remove(entry) {
    if (isChange(entry)) {
      this.#store.remove(entry.id);
      this.#tell('changing', entry);
      return;
    }
    this.#store.put({ ...entry, state: 'discarded' }); // other tabs see this, and can tell it from "settled"
    this.#store.remove(entry.id);
    this.#tell('discarded', entry);
  }

  /** It is known from elsewhere (the page as loaded) that this message is stored, and under which number. */
  forget(id, seq) {
    this.#number(id, seq);
    this.#store.remove(id);
  }

  /** Changes that waited for the number of their message have it. */
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
      this.#tell(isChange(entry) ? 'changing' : NEWS[entry.state], entry);
    }
    for (const entry of gone) this.#remove(entry);
    return true;
  }

  /** A server of the version before knows neither changes nor replies: they wait for another. */
  #next() {
    const knowsAll = this.#socket.hello?.changes;
    const mayGo = (entry) => (isChange(entry) ? knowsAll && entry.seq : knowsAll || !entry.reply);
    return this.#store.all().find((entry) => entry.state === 'waiting' && mayGo(entry));
  }

  #handOver(entry) {
    if (!entry.handed) this.#store.put({ ...entry, handed: true });
    return frameOf(entry);
  }

  /** @param {any} frame `sent`, which knows no text, or one's own `message` */
  #settle(frame) {
    const { thread, seq, id, at } = frame;
    this.#number(id, seq);
    const entry = this.#known(id);
    if (!entry) return;
    this.#store.remove(id);
    const { text, reply } = entry;
    const message = 'text' in frame ? frame : { thread, seq, id, sender: this.#user, text, at, reply };
    this.#tell('settled', message);
    this.#delivery.settled(id);
  }

  #done({ thread, id, change }) {
    const entry = this.#known(id);
    if (!entry) return;
    this.#store.remove(id);
    if (entry.kind === 'edit') this.#raiseBases(entry, change);
    this.#tell('changed-here', { thread, entry, change });
    this.#delivery.settled(id);
  }

  /** One's own next edit of the same message has seen this one. */
  #raiseBases(edit, change) {
    for (const entry of this.#store.all()) {
      const isNext = entry.kind === 'edit' && entry.state === 'waiting' && !entry.handed && changes(entry, edit);
      if (isNext) this.#store.put({ ...entry, base: Math.max(entry.base ?? 0, change) });
    }
  }

  #known(id) {
    const { entry } = this.#delivery;
    return this.#store.get(id) ?? (entry?.id === id ? entry : undefined);
  }

  #failed(error) {
    const { entry } = this.#delivery;
    if (!entry || error.id !== entry.id) return;
    if (FOR_NOW.has(error.code)) this.#delivery.postpone(error.retry_after, error.code === 'too_many');
    else this.#refuse(entry, error);
  }

  /** @param {import('./outbox_store.js').Entry} entry @param {any} error */
  #refuse(entry, { message: reason, code, text, edited, change }) {
    if (entry.kind === 'delete' || entry.kind === 'react') {
      this.#store.remove(entry.id);
      this.#tell('change-dropped', { thread: entry.thread, entry, reason });
    } else {
      const present = code === 'changed_meanwhile' ? { text, edited, change } : undefined;
      /** @type {import('./outbox_store.js').Entry} */
      const refused = { ...entry, state: 'refused', handed: false, reason, code, present };
      this.#store.put(refused);
      this.#tell(isChange(entry) ? 'change-refused' : 'refused', refused);
    }
    this.#tidy();
    this.#delivery.settled(entry.id);
  }

  #changedElsewhere(entry, before) {
    const news = { ...(entry ?? before), elsewhere: true };
    if (isChange(news)) this.#tell('changing', news);
    else if (entry) this.#tell(!before && entry.state === 'waiting' ? 'added' : NEWS[entry.state], news);
    if (entry?.state === 'waiting') this.#delivery.flush();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
