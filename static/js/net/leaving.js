/** Removes what this browser keeps of an account once the account is deleted. */

import { localStorageOrNull } from './browser_storage.js';
import { Drafts } from './drafts.js';
import { OutboxStore } from './outbox_store.js';

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
