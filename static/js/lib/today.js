import { dayOf, localiseTimes } from './time.js';

const CHECK_MS = 60_000;

/** The current day in the user's zone, for as long as a page stays open. Event: `change`, at midnight. */
export class Today extends EventTarget {
  #day = dayOf(new Date());

  constructor() {
    super();
    setInterval(() => this.#check(), CHECK_MS);
    document.addEventListener('visibilitychange', () => this.#check()); // timers stand still while a computer sleeps
    addEventListener('pageshow', () => this.#check());
  }

  /** As a date field has it: 2026-11-23. */
  get day() {
    return this.#day;
  }

  #check() {
    const day = dayOf(new Date());
    if (day === this.#day) return;
    this.#day = day;
    localiseTimes(); // today has become yesterday
    this.dispatchEvent(new Event('change'));
  }
}
