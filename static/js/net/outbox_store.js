import { localStorageOrNull, parse, removeAll } from './browser_storage.js';

/**
 * Where messages and changes of messages wait until they are acknowledged: one localStorage key each, so that tabs
 * never overwrite each other's. Where the browser refuses (full, forbidden), they wait in memory.
 *
 * @typedef {object} Entry
 * @property {string} id a UUID; the message's, if it is one
 * @property {number} thread
 * @property {'send'|'edit'|'delete'|'react'} [kind] `send` if missing
 * @property {string} [text] of a message or an edit
 * @property {number} [reply] of a message: the number of the one that it answers
 * @property {import('../chat/files.js').File[]} [files] of a message
 * @property {boolean} [again] of a message whose files the server had lost: whether they were uploaded again
 * @property {number} [seq] of a change: the number of its message
 * @property {string} [of] of a change: the id of its message, while the number is not known
 * @property {number} [base] of an edit: the last change that its author saw
 * @property {string} [emoji]
 * @property {boolean} [on] whether the reaction is set or taken off
 * @property {number} order entries are sent in this order, whichever tab they come from
 * @property {'waiting'|'refused'|'discarded'} state
 * @property {boolean} [handed] false until a socket got it, and with it perhaps the server; missing: not known
 * @property {string} [reason] why it was refused, a sentence
 * @property {string} [code] why it was refused, an error code
 * @property {{text: string, edited: string|null, change: number}} [present] of a message that somebody else edited
 * @property {boolean} [elsewhere] whether another tab put it
 */
export class OutboxStore {
  #prefixes;
  #storage;
  #memory = new Map();

  /** @param {number|string} userId entries are kept per account and never seen by another */
  constructor(userId, storage = localStorageOrNull()) {
    // Tabs of a previous version must not read what came later: an edit, which they would send as a message, or files.
    this.#prefixes = ['outbox', 'outbox-2', 'outbox-3'].map((name) => `chatserver.${name}.${userId}.`);
    this.#storage = storage;
  }

  /** @returns {Entry[]} in order */
  all() {
    const entries = new Map();
    const keys = this.#storage ? Object.keys(this.#storage) : [];
    for (const key of keys.filter((each) => this.#has(each))) {
      const entry = parse(this.#storage.getItem(key));
      if (entry) entries.set(entry.id, entry);
    }
    for (const entry of this.#memory.values()) entries.set(entry.id, entry);
    return [...entries.values()].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  }

  /** @param {string} id @returns {Entry|undefined} */
  get(id) {
    const stored = this.#prefixes.map((prefix) => parse(this.#storage?.getItem(prefix + id)));
    return this.#memory.get(id) ?? stored.find(Boolean);
  }

  /** @param {Entry} entry */
  put(entry) {
    const { id, kind = 'send', reply, files } = entry;
    const version = files ? 2 : Number(kind !== 'send' || Boolean(reply));
    try {
      this.#storage.setItem(this.#prefixes[version] + id, JSON.stringify(entry));
      this.#memory.delete(id);
    } catch {
      this.#memory.set(id, entry);
    }
  }

  /** @param {string} id */
  remove(id) {
    this.#memory.delete(id);
    for (const prefix of this.#prefixes) this.#storage?.removeItem(prefix + id);
  }

  /** Deletes all entries for good. */
  clear() {
    this.#memory.clear();
    for (const prefix of this.#prefixes) removeAll(this.#storage, prefix);
  }

  /** Whether something waits in memory only, to be lost with the page. */
  get isVolatile() {
    return this.#memory.size > 0;
  }

  /**
   * @param {(entry: Entry|null, before: Entry|null) => void} changed called for entries that other tabs put or
   *   remove; null for an entry that no longer exists, or did not exist before
   */
  watch(changed) {
    addEventListener('storage', ({ key, newValue, oldValue }) => {
      if (key && this.#has(key)) changed(parse(newValue), parse(oldValue));
    });
  }

  #has(key) {
    return this.#prefixes.some((prefix) => key.startsWith(prefix));
  }
}
