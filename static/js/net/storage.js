/** What this browser keeps of what one wrote: messages until they are acknowledged, and drafts. */

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

/**
 * What is written and not yet sent, by thread: kept across reloads and tabs; where the browser refuses, in memory.
 * Event: `change`, when one was put by this page.
 */
export class Drafts extends EventTarget {
  #prefix;
  #storage;
  #memory = new Map(); // thread → text

  /** @param {number|string} userId drafts are kept per account and never seen by another */
  constructor(userId, storage = localStorageOrNull()) {
    super();
    this.#prefix = `chatserver.draft.${userId}.`;
    this.#storage = storage;
  }

  /** @param {number|string} thread @returns {string} '' when there is none */
  get(thread) {
    return this.#memory.get(thread) ?? this.#storage?.getItem(this.#prefix + thread) ?? '';
  }

  /** @param {number|string} thread @param {string} text '' removes it */
  put(thread, text) {
    this.#memory.delete(thread);
    try {
      if (text) this.#storage.setItem(this.#prefix + thread, text);
      else this.#storage.removeItem(this.#prefix + thread);
    } catch {
      if (text) this.#memory.set(thread, text);
    }
    this.dispatchEvent(new Event('change'));
  }

  /** Forgets them all, for good: who signs out leaves none at this browser. */
  clear() {
    removeAll(this.#storage, this.#prefix);
    this.#storage = null; // what is still in the box goes with the page
  }

  /** @param {() => void} changed called for whatever is put here, or by other tabs */
  watchAll(changed) {
    this.addEventListener('change', changed);
    addEventListener('storage', ({ key }) => {
      if (key === null || key.startsWith(this.#prefix)) changed();
    });
  }

  /**
   * @param {number|string} thread
   * @param {(text: string) => void} changed called for what other tabs put
   * @param {AbortSignal} [signal]
   */
  watch(thread, changed, signal) {
    addEventListener(
      'storage',
      ({ key, newValue }) => {
        if (key === this.#prefix + thread || key === null) changed(newValue ?? ''); // null: all is cleared
      },
      { signal },
    );
  }
}

const LEAVING = 'chatserver.leaving'; // in the tab: who asked for the end of their account

/** @param {number} userId */
export function noteLeaving(userId) {
  try {
    sessionStorage.setItem(LEAVING, String(userId));
  } catch {
    /* then what is kept here stays */
  }
}

/** The account is gone, and what this browser kept for it goes, too. */
export function forgetWhoLeft() {
  const userId = localStorageOrNull() && sessionStorage.getItem(LEAVING);
  if (!userId) return;
  new Drafts(userId).clear();
  new OutboxStore(userId).clear();
  sessionStorage.removeItem(LEAVING);
}

function removeAll(storage, prefix) {
  for (const key of Object.keys(storage ?? {})) if (key.startsWith(prefix)) storage.removeItem(key);
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function parse(json) {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return null;
  }
}
