/**
 * The known state of each message: the one with the highest `change` wins, whatever the order of arrival. Uses neither
 * page nor network.
 *
 * @typedef {object} State
 * @property {number} seq
 * @property {number} change 0 for none
 * @property {string} text '' when deleted
 * @property {string|null} edited a time
 * @property {string|null} deleted a time
 * @property {{id: number, name: string}|null} by who deleted it, if not its sender
 * @property {Object<string, number[]|number>} reactions ids, or numbers in threads of many people
 * @property {string[]} mine the user's own reactions
 * @property {number|null} reply
 * @property {import('./files.js').File[]} files
 * @property {string} id
 * @property {{id: number, name: string}} sender
 * @property {string} at
 * @property {boolean} isCut of a quote: the text may be its beginning only
 *
 * @typedef {{kind: 'edit'|'delete'|'react', seq: number, text?: string, emoji?: string, on?: boolean}} PendingChange
 */
export class MessageStates {
  #states = new Map();
  #early = new Map(); // seq → changes of messages that a loading page may bring
  #fetches = 0;
  #me;

  /** @param {number} me */
  constructor(me) {
    this.#me = me;
  }

  /** @param {number} seq @returns {State|undefined} */
  get(seq) {
    return this.#states.get(seq);
  }

  /** A `message`, an entry of history or a quote. @returns {State|null} null if nothing is new */
  take(entry) {
    const known = this.#states.get(entry.seq);
    const change = entry.change ?? 0;
    const isWhole = known?.isCut && !entry.isCut;
    if (known && (known.change > change || (known.change === change && !isWhole))) return null;
    const state = this.#put(stateOf(entry, this.#me, known));
    const early = this.#early.get(entry.seq);
    this.#early.delete(entry.seq);
    return (early && this.change(early)) ?? state;
  }

  /** A `changed` frame. @returns {State|null} null if nothing is new, or the message is not here */
  change(frame) {
    const known = this.#states.get(frame.seq);
    if (!known) {
      const early = this.#early.get(frame.seq);
      if (this.#fetches && !(early?.change > frame.change)) {
        this.#early.set(frame.seq, { mine: early?.mine, ...frame });
      }
      return null;
    }
    if (known.change > frame.change) return null;
    if (frame.deleted)
      return this.#put({ ...known, ...GONE, change: frame.change, deleted: frame.deleted, by: frame.by ?? null });
    const { change, text, edited, reactions } = frame;
    return this.#put({ ...known, change, text, edited, reactions, mine: mineIn(frame, this.#me, known), isCut: false });
  }

  /**
   * Applies the user's own change, stored under this number; its `changed` frame may arrive later.
   * @param {PendingChange} pending
   * @param {number} change of `done`
   */
  done(pending, change) {
    const known = this.#states.get(pending.seq);
    if (!known || known.change >= change) return null;
    return this.#put({ ...withPending(known, pending, this.#me), change });
  }

  /** Keeps changes of unknown messages until this has loaded. @template T @param {Promise<T>} promise */
  async fetching(promise) {
    this.#fetches += 1;
    try {
      return await promise;
    } finally {
      this.#fetches -= 1;
      // The caller takes the answer first.
      setTimeout(() => {
        if (!this.#fetches) this.#early.clear();
      });
    }
  }

  /**
   * Forgets all but these, unless a page is under way: it may be older than what is known. @param {Set<number>} kept
   */
  keepOnly(kept) {
    if (this.#fetches) return;
    for (const seq of this.#states.keys()) if (!kept.has(seq)) this.#states.delete(seq);
  }

  #put(state) {
    this.#states.set(state.seq, state);
    return state;
  }
}

/**
 * Returns the state in an entry: a `message` frame, an entry of history, or a message that waits to be sent.
 * @param {any} entry @param {number} me @param {State} [known] before
 * @returns {State}
 */
export function stateOf(entry, me, known) {
  const { seq, change = 0, text, edited = null, deleted = null, by = null, reactions = {}, reply = null } = entry;
  const { id, sender, at, isCut = false, files = [] } = entry;
  const mine = mineIn(entry, me, known);
  return { seq, change, text, edited, deleted, by, reactions, mine, reply, files, id, sender, at, isCut };
}

/** The user's own reactions: found among ids; with counts they are in `mine`, or stay as before. */
function mineIn({ mine, reactions = {} }, me, known) {
  const entries = Object.entries(reactions);
  if (entries.every(([, who]) => Array.isArray(who))) {
    return entries.filter(([, who]) => who.includes(me)).map(([emoji]) => emoji);
  }
  return mine ?? known?.mine ?? [];
}

const GONE = { text: '', edited: null, reactions: {}, mine: [], files: [] };

/**
 * The state with a pending change: shown while the change waits, and true once it is stored.
 * @param {State} state @param {PendingChange} pending @param {number} me
 * @returns {State}
 */
export function withPending(state, pending, me) {
  const now = new Date().toISOString();
  if (pending.kind === 'delete') return { ...state, ...GONE, deleted: now };
  if (pending.kind === 'edit') return { ...state, text: pending.text ?? '', edited: now };
  return { ...state, ...reacted(state, pending, me) };
}

function reacted({ reactions, mine }, { emoji = '', on = false }, me) {
  if (mine.includes(emoji) === on) return { reactions, mine };
  const { [emoji]: who = [], ...others } = reactions;
  const next = Array.isArray(who) ? [...who.filter((id) => id !== me), ...(on ? [me] : [])] : who + (on ? 1 : -1);
  const isEmpty = Array.isArray(next) ? next.length === 0 : next < 1;
  return {
    reactions: isEmpty ? others : { ...reactions, [emoji]: next },
    mine: on ? [...mine, emoji] : mine.filter((each) => each !== emoji),
  };
}
