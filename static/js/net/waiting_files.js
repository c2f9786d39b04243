/**
 * Messages with files in the outbox. A message waits until the server has its files, and those after it in its thread
 * wait with it, so that each keeps its place; changes of other messages do not.
 *
 * @typedef {import('./outbox_store.js').Entry} Entry
 */
import { isChange } from './changes.js';

/** @param {Entry} entry */
const isWhole = ({ files = [] }) => files.every(({ done }) => done);

/**
 * Returns the next entry to send. A server of a previous version may know no changes, replies and files: they wait for
 * a newer one.
 * @param {Entry[]} entries in order
 * @param {{changes?: boolean, files?: boolean}|null} hello what the server knows
 */
export function nextToSend(entries, hello) {
  const held = new Set(); // threads
  const mayGo = (entry) => {
    if (entry.state !== 'waiting') return false;
    if (isChange(entry)) return hello?.changes && entry.seq;
    if (held.has(entry.thread)) return false;
    if (entry.files && !(hello?.files && isWhole(entry))) held.add(entry.thread);
    else return hello?.changes || !entry.reply;
    return false;
  };
  return entries.find(mayGo);
}

/** The files of a message as it is shown once it is stored. @param {Entry} entry */
export const sentFiles = ({ files }) => files?.map(({ done, wrong, ...file }) => file);

/** The files, to be uploaded anew. @param {Entry} entry */
export const unsentFiles = ({ files = [] }) => files.map(({ wrong, ...file }) => ({ ...file, done: false }));
