/** What is written and not yet sent, by thread: kept across reloads and tabs; where the browser refuses, in memory. */
export class Drafts {
  #prefix;
  #storage;
  #memory = new Map(); // thread → text

  /** @param {number} userId drafts are kept per account and never seen by another */
  constructor(userId, storage = localStorageOrNull()) {
    this.#prefix = `chatserver.draft.${userId}.`;
    this.#storage = storage;
  }

  /** @param {number} thread @returns {string} '' when there is none */
  get(thread) { return this.#memory.get(thread) ?? this.#storage?.getItem(this.#prefix + thread) ?? ''; }

  /** @param {number} thread @param {string} text '' removes it */
  put(thread, text) {
    this.#memory.delete(thread);
    try {
      if (text) this.#storage.setItem(this.#prefix + thread, text);
      else this.#storage.removeItem(this.#prefix + thread);
    } catch {
      if (text) this.#memory.set(thread, text);
    }
  }

  /**
   * @param {number} thread
   * @param {(text: string) => void} changed called for what other tabs put
   * @param {AbortSignal} [signal]
   */
  watch(thread, changed, signal) {
    addEventListener('storage', ({ key, newValue }) => {
      if (key === this.#prefix + thread || key === null) changed(newValue ?? ''); // null: all is cleared
    }, { signal });
  }
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
