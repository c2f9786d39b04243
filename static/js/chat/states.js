/**
 * What is known of each message: of all that is said about one, what has the higher `change` holds, in whatever order
 * it comes. Touches neither page nor network.
 *
 * @typedef {object} State
 * @property {number} seq
 * @property {number} change 0 for none
 * @property {string} text '' when deleted
 * @property {string|null} edited a time
 * @property {string|null} deleted a time
 * @property {{id: number, name: string}|null} by who deleted it, if not its sender
 * @property {Object<string, number[]|number>} reactions ids, or numbers in threads of many people
 * @property {string[]} mine one's own reactions
 * @property {number|null} reply
 * @property {string} id
 * @property {{id: number, name: string}} sender
 * @property {string} at
 *
 * @typedef {{kind: 'edit'|'delete'|'react', seq: number, text?: string, emoji?: string, on?: boolean}} Wish
 */
export class MessageStates {
  #states = new Map();
  #early = new Map(); // seq → changes of messages that a page under way may bring
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
    if (known && known.change >= (entry.change ?? 0)) return null;
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
    return this.#put({ ...known, change, text, edited, reactions, mine: mineIn(frame, this.#me, known) });
  }

  /**
   * One's own wish, stored under this number: the `changed` that says so may come later.
   * @param {Wish} wish
   * @param {number} change of `done`
   */
  done(wish, change) {
    const known = this.#states.get(wish.seq);
    if (!known || known.change >= change) return null;
    return this.#put({ ...wished(known, wish, this.#me), change });
  }

  /** While this is under way, changes of unknown messages are kept for it. @template T @param {Promise<T>} promise */
  async fetching(promise) {
    this.#fetches += 1;
    try {
      return await promise;
    } finally {
      this.#fetches -= 1;
      // Whoever waits for the answer takes it first.
      setTimeout(() => {
        if (!this.#fetches) this.#early.clear();
      });
    }
  }

  forget(seq) {
    this.#states.delete(seq);
  }

  #put(state) {
    this.#states.set(state.seq, state);
    return state;
  }
}

/**
 * The state that an entry tells: a `message` frame, an entry of history, or a message that waits to be sent.
 * @param {any} entry @param {number} me @param {State} [known] before
 * @returns {State}
 */
export function stateOf(entry, me, known) {
  const { seq, change = 0, text, edited = null, deleted = null, by = null, reactions = {}, reply = null } = entry;
  const { id, sender, at } = entry;
  return { seq, change, text, edited, deleted, by, reactions, mine: mineIn(entry, me, known), reply, id, sender, at };
}

/** One's own reactions: with ids they are seen; with numbers they are told, or as before. */
function mineIn({ mine, reactions = {} }, me, known) {
  const entries = Object.entries(reactions);
  if (entries.every(([, who]) => Array.isArray(who))) {
    return entries.filter(([, who]) => who.includes(me)).map(([emoji]) => emoji);
  }
  return mine ?? known?.mine ?? [];
}

const GONE = { text: '', edited: null, reactions: {}, mine: [] };

/**
 * The state as somebody wishes it: shown while the wish waits, and true once it is stored.
 * @param {State} state @param {Wish} wish @param {number} me
 * @returns {State}
 */
export function wished(state, wish, me) {
  const now = new Date().toISOString();
  if (wish.kind === 'delete') return { ...state, ...GONE, deleted: now };
  if (wish.kind === 'edit') return { ...state, text: wish.text ?? '', edited: now };
  return { ...state, ...reacted(state, wish, me) };
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
