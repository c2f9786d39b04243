/** Whose pushes this browser gets: whoever turned them on, until they sign out. */

import { localStorageOrNull } from './browser_storage.js';

const KEY = 'chat-push';

/** @param {number} user */
export function ownsPush(user) {
  return localStorageOrNull()?.getItem(KEY) === String(user);
}

/** @param {number} user 0 for nobody */
export function setPushOwner(user) {
  if (user) localStorageOrNull()?.setItem(KEY, String(user));
  else localStorageOrNull()?.removeItem(KEY);
}
