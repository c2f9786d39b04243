/** The moment when the next mute of a conversation ends: nobody tells of it, so the list is read again. */

const AFTER_MS = 1_000;
const CLOCK_AHEAD_MS = 60_000; // by a clock that is ahead of the server's it is over too early

export class Unmuting {
  #refresh;
  #timer = 0;

  /** @param {() => void} refresh reads the list again */
  constructor(refresh) {
    this.#refresh = refresh;
  }

  /** @param {HTMLElement} list as the server drew it */
  await({ dataset }) {
    clearTimeout(this.#timer);
    if (!dataset.unmutesAt) return;
    const left = Date.parse(dataset.unmutesAt) - Date.now();
    this.#timer = setTimeout(this.#refresh, left > 0 ? left + AFTER_MS : CLOCK_AHEAD_MS);
  }
}
