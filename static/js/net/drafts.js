import { localStorageOrNull, removeAll } from './browser_storage.js';

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
