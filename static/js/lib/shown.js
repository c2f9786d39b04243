/** What is shown for people and messages, or in place of what was deleted. */

import { summary } from './file_words.js';
import { page } from './page_data.js';

/**
 * A user's full name if there is one, else the name; a deleted account has none.
 * @param {{name: string, full_name?: string|null}} user
 */
export function shownName({ name, full_name: fullName }) {
  return fullName || name || page.texts.deletedPerson;
}

/** The name beside a full name, by which others write to the user. @param {string} name */
export function handle(name) {
  const element = document.createElement('bdi');
  element.className = 'handle';
  element.textContent = name;
  return element;
}

/**
 * A message's text, what stands for its files, or that it was deleted.
 * @param {{text: string, deleted?: string|null, files?: any[]}} message
 */
export function shownText({ text, deleted, files }) {
  return deleted ? page.texts.deleted : text || summary(files);
}
