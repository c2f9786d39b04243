import { localStorageOrNull, removeAll } from './browser_storage.js';

/**
 * Drafts by thread, kept across reloads and tabs; in memory if the browser refuses to store them.
 * Event: `change`, when this page stored one.
 */
export class Drafts extends EventTarget {
  #prefix;
  #storage;
  #memory = new Map(); // thread → text
  /** @type {Map<number|string, string[]>} by thread, what waits until it is in the outbox */
  #held = new Map();

  /** @param {number|string} userId drafts are kept per account and never seen by another */
  constructor(userId, storage = localStorageOrNull()) {
    super();
    this.#prefix = `chatserver.draft.${userId}.`;
    this.#storage = storage;
  }

  /** @param {number|string} thread @returns {string} without what this page holds; '' when there is none */
  get(thread) {
    const stored = this.#memory.get(thread) ?? this.#storage?.getItem(this.#prefix + thread) ?? '';
    const held = this.#heldOf(thread).join('\n');
    if (!held || !`${stored}\n`.startsWith(`${held}\n`)) return stored; // another tab stored something newer
    return stored.slice(held.length + 1);
  }

  /** Stores a text before the draft until it is released. @param {number|string} thread @param {string} text */
  hold(thread, text) {
    if (!text) return;
    const draft = this.get(thread);
    this.#held.set(thread, [...this.#heldOf(thread), text]);
    this.put(thread, draft);
  }

  /** @param {number|string} thread @param {string} text that is in the outbox now */
  release(thread, text) {
    const held = this.#heldOf(thread);
    const place = held.indexOf(text);
    if (place < 0) return;
    const draft = this.get(thread);
    this.#held.set(
      thread,
      held.filter((_, at) => at !== place),
    );
    this.put(thread, draft);
  }

  /** @param {string} kind the beginning of what they are put under @returns {string[]} */
  all(kind) {
    const stored = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(this.#prefix + kind));
    const inMemory = [...this.#memory].filter(([key]) => String(key).startsWith(kind)).map(([, draft]) => draft);
    return [...stored.map((key) => this.#storage.getItem(key)), ...inMemory];
  }

  /** @param {number|string} thread @param {string} draft '' removes it */
  put(thread, draft) {
    const text = [...this.#heldOf(thread), draft].filter(Boolean).join('\n');
    this.#memory.delete(thread);
    try {
      if (text) this.#storage.setItem(this.#prefix + thread, text);
      else this.#storage.removeItem(this.#prefix + thread);
    } catch {
      if (text) this.#memory.set(thread, text);
    }
    this.dispatchEvent(new Event('change'));
  }

  #heldOf(thread) {
    return this.#held.get(thread) ?? [];
  }

  /** Deletes all drafts for good: signing out leaves none in this browser. */
  clear() {
    removeAll(this.#storage, this.#prefix);
    this.#storage = null; // text that is still in the box is lost with the page
  }

  /** @param {() => void} changed called for drafts stored here or by other tabs */
  watchAll(changed) {
    this.addEventListener('change', changed);
    addEventListener('storage', ({ key }) => {
      if (key === null || key.startsWith(this.#prefix)) changed();
    });
  }

  /**
   * @param {number|string} thread
   * @param {(text: string) => void} changed called for drafts stored by other tabs
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
