/**
 * Where the browser keeps files until they are sent: an IndexedDB for each account. Only the script that uploads opens
 * it; here it is deleted, since signing out leaves no picture in the browser.
 */
import { localStorageOrNull } from './browser_storage.js';

const PATIENCE_MS = 1_000; // another tab may have it open a moment longer

/** @param {number|string} userId */
export const databaseOf = (userId) => `chatserver.files.${userId}`;

/** Remembers that there may be files. @param {number|string} userId */
export function noteFiles(userId) {
  try {
    localStorage.setItem(databaseOf(userId), 'yes');
  } catch {
    /* then they are in memory */
  }
}

/** @param {number|string} userId @returns {boolean} whether there may be files */
export const mayHaveFiles = (userId) => Boolean(localStorageOrNull()?.getItem(databaseOf(userId)));

/** Deletes the files. @param {number|string} userId */
export async function forgetFiles(userId) {
  if (!mayHaveFiles(userId)) return;
  const isGone = await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(databaseOf(userId));
    request.addEventListener('success', () => resolve(true));
    request.addEventListener('error', () => resolve(false));
    setTimeout(() => resolve(false), PATIENCE_MS);
  });
  if (isGone) localStorageOrNull()?.removeItem(databaseOf(userId)); // else the next sign-out tries again
}
