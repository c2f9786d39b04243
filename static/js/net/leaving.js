/** Removes what this browser keeps of an account once the account is deleted. */

import { localStorageOrNull } from './browser_storage.js';
import { Drafts } from './drafts.js';
import { forgetFiles } from './file_database.js';
import { OutboxStore } from './outbox_store.js';

const LEAVING = 'chatserver.leaving'; // in the tab: the user who requested the deletion

/** @param {number} userId */
export function noteLeaving(userId) {
  try {
    sessionStorage.setItem(LEAVING, String(userId));
  } catch {
    /* then what is kept here stays */
  }
}

/** Removes the data of a deleted account from this browser. */
export function forgetWhoLeft() {
  const userId = localStorageOrNull() && sessionStorage.getItem(LEAVING);
  if (!userId) return;
  new Drafts(userId).clear();
  new OutboxStore(userId).clear();
  forgetFiles(userId);
  sessionStorage.removeItem(LEAVING);
}
