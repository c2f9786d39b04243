/** What a thread is called, as `title_of` in `chatserver/conversations/threads.py` says. */

import { shownName } from './shown.js';

const NAMED = 4; // people in the title of an untitled group

/**
 * @param {{title: string|null, people: {id: number, name: string}[], people_count: number}} thread
 * @param {number} me
 * @returns {string} '' if those are not told whose names it consists of
 */
export function titleOf({ title, people, people_count: count }, me) {
  if (title) return title;
  const others = people.filter(({ id }) => id !== me);
  if (others.length < count - 1) return '';
  const names = others.slice(0, NAMED).map(shownName).join(', ');
  return others.length ? names + (others.length > NAMED ? ` +${others.length - NAMED}` : '') : '…';
}
