/** The browser's storage for what users wrote; the browser may refuse it, or have been changed by hand. */

/** @param {any} storage @param {string} prefix of the keys */
export function removeAll(storage, prefix) {
  for (const key of Object.keys(storage ?? {})) if (key.startsWith(prefix)) storage.removeItem(key);
}

export function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** @param {string|null|undefined} json @returns {any} null for what is not JSON */
export function parse(json) {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    return null;
  }
}
