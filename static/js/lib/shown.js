/** What is shown for people and messages, or in place of what was deleted. */

import { page } from './page_data.js';

/** A person's name; whoever has deleted the account has none. @param {{name: string}} person */
export function shownName({ name }) {
  return name || page.texts.deletedPerson;
}

/** A message's text, or that it was deleted. @param {{text: string, deleted?: string}} message */
export function shownText({ text, deleted }) {
  return deleted ? page.texts.deleted : text;
}
