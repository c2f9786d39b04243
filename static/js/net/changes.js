/**
 * Changes of messages that wait in the outbox, and what becomes of them before they are sent. A message that was never
 * handed to a socket is changed in place; one that may have arrived is settled first, then changed.
 *
 * @typedef {import('./outbox_store.js').Entry} Entry
 */

/** @param {Entry} entry */
export function isChange({ kind = 'send' }) {
  return kind !== 'send';
}

/** What the server is told; what an entry does not have is left out as JSON. @param {Entry} entry */
export function frameOf({ kind = 'send', thread, id, seq, text, base, emoji, on, reply }) {
  return { type: kind, thread, id, seq, text, base, emoji, on, reply };
}

/**
 * Whether an entry changes a message.
 * @param {Entry} entry
 * @param {{thread: number, seq?: number, of?: string}} message
 */
export function changes(entry, { thread, seq, of }) {
  if (!isChange(entry) || entry.thread !== thread) return false;
  return seq && entry.seq ? entry.seq === seq : of !== undefined && entry.of === of;
}

/**
 * @param {Entry[]} entries in order
 * @returns {{put: Entry[], gone: Entry[]}} the entries that become different, and those that are no longer needed
 */
export function tidy(entries) {
  /** @type {Map<string, Entry>} */
  const kept = new Map();
  for (const entry of entries) {
    if (!isChange(entry) || !isUntouched(entry) || !merge(entry, kept)) kept.set(entry.id, entry);
  }
  return {
    put: [...kept.values()].filter((entry) => !entries.includes(entry)),
    gone: entries.filter(({ id }) => !kept.has(id)),
  };
}

/** Whether it waits, and nobody can have got it. @param {Entry} entry */
const isUntouched = ({ state, handed }) => state === 'waiting' && handed === false;

/** @returns {boolean} whether the change is done with: what is kept has it already, or there is nothing to change */
function merge(change, kept) {
  if (change.of && !change.seq) {
    const message = kept.get(change.of);
    if (!message) return true;
    if (message.state === 'refused' || isUntouched(message)) return mergeIntoMessage(change, message, kept);
  }
  const earlier = [...kept.values()].filter((entry) => changes(entry, change));
  if (earlier.some(({ kind }) => kind === 'delete')) return true;
  const drop = ({ id }) => kept.delete(id);
  if (change.kind === 'delete') {
    earlier.filter((entry) => isUntouched(entry) || entry.state === 'refused').forEach(drop);
    return false;
  }
  const same = earlier.filter(({ kind, emoji }) => kind === change.kind && emoji === change.emoji);
  same.filter(({ state }) => state === 'refused').forEach(drop);
  const untouched = same.find(isUntouched);
  if (!untouched) return false;
  const { text, on } = change;
  kept.set(untouched.id, { ...untouched, text, on });
  return true;
}

/** The message did not get away: it becomes what it is wished to be. */
function mergeIntoMessage({ kind, text }, message, kept) {
  if (kind === 'edit') kept.set(message.id, { ...message, text });
  if (kind === 'delete') kept.delete(message.id);
  return kind !== 'react' || message.state === 'refused'; // a reaction waits for what waits
}
