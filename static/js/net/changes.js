/**
 * Changes of messages in the outbox, and how they are merged before they are sent. A message that was never
 * handed to a socket is changed in place; one that may have arrived is settled first, then changed.
 *
 * @typedef {import('./outbox_store.js').Entry} Entry
 */

/** @param {Entry} entry */
export function isChange({ kind = 'send' }) {
  return kind !== 'send';
}

/** The frame for the server; JSON leaves out undefined fields. @param {Entry} entry */
export function frameOf({ kind = 'send', thread, id, seq, text, base, emoji, on, reply, files }) {
  return { type: kind, thread, id, seq, text, base, emoji, on, reply, files: files?.map((file) => file.id) };
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
 * An edit is stored: the user's next edit of the same message is based on it.
 * @param {Entry} edit
 * @param {number} change
 * @param {Entry[]} entries
 */
export function basedOn(edit, change, entries) {
  const isNext = (entry) => entry.kind === 'edit' && entry.state === 'waiting' && !entry.handed && changes(entry, edit);
  const next = edit.kind === 'edit' ? entries.filter(isNext) : [];
  return next.map((entry) => ({ ...entry, base: Math.max(entry.base ?? 0, change) }));
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

/** Whether it waits and cannot have reached the server. @param {Entry} entry */
const isUntouched = ({ state, handed }) => state === 'waiting' && handed === false;

/** @returns {boolean} whether the change is not needed: a kept entry includes it, or there is nothing to change */
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

/** Applies a change to a message that was not sent. */
function mergeIntoMessage({ kind, text }, message, kept) {
  if (kind === 'edit') kept.set(message.id, { ...message, text });
  if (kind === 'delete') kept.delete(message.id);
  return kind !== 'react' || message.state === 'refused'; // a reaction waits until its message is stored
}
