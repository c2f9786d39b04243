import { localStorageOrNull, parse, removeAll } from './browser_storage.js';

/**
 * Where messages wait until they are acknowledged: one localStorage key each, so that tabs never overwrite
 * each other's. Where the browser refuses (full, forbidden), they wait in memory.
 *
 * @typedef {object} Entry
 * @property {string} id the message's UUID
 * @property {number} thread
 * @property {string} text
 * @property {number} order entries are sent in this order, whichever tab they come from
 * @property {'waiting'|'refused'|'discarded'} state
 * @property {string} [reason] why it was refused, a sentence
 * @property {boolean} [elsewhere] whether another tab put it
 */
export class OutboxStore {
  #prefix;
  #storage;
  #memory = new Map();

  /** @param {number|string} userId entries are kept per account and never seen by another */
  constructor(userId, storage = localStorageOrNull()) {
    this.#prefix = `chatserver.outbox.${userId}.`;
    this.#storage = storage;
  }

  /** @returns {Entry[]} in order */
  all() {
    const entries = new Map();
    const keys = this.#storage ? Object.keys(this.#storage) : [];
    for (const key of keys.filter((each) => each.startsWith(this.#prefix))) {
      const entry = parse(this.#storage.getItem(key));
      if (entry) entries.set(entry.id, entry);
    }
    for (const entry of this.#memory.values()) entries.set(entry.id, entry);
    return [...entries.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  }

  /** @param {string} id @returns {Entry|undefined} */
  get(id) {
    return this.#memory.get(id) ?? parse(this.#storage?.getItem(this.#prefix + id)) ?? undefined;
  }

  /** @param {Entry} entry */
  put(entry) {
    try {
      this.#storage.setItem(this.#prefix + entry.id, JSON.stringify(entry));
      this.#memory.delete(entry.id);
    } catch {
      this.#memory.set(entry.id, entry);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#memory.delete(id);
    this.#storage?.removeItem(this.#prefix + id);
  }

  /** Forgets them all, for good. */
  clear() {
    this.#memory.clear();
    removeAll(this.#storage, this.#prefix);
  }

  /** Whether something waits in memory only, to be lost with the page. */
  get isVolatile() {
    return this.#memory.size > 0;
  }

  /** @param {(entry: Entry) => void} changed called for what other tabs put */
  watch(changed) {
    addEventListener('storage', (event) => {
      if (!event.key?.startsWith(this.#prefix)) return;
      const entry = parse(event.newValue);
      if (entry) changed(entry);
    });
  }
}
