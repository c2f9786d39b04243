const RETRY_MS = 5_000;

/** Reloads something: one request at a time, one more if requested meanwhile, and a retry after a failure. */
export class Refresher {
  #load;
  #ended;
  #isRunning = false;
  #isWantedAgain = false;
  #retry = 0;

  /** @param {() => Promise<void>} load rejects when it failed @param {() => void} ended called after each attempt */
  constructor(load, ended) {
    this.#load = load;
    this.#ended = ended;
  }

  get isRunning() {
    return this.#isRunning;
  }

  async run() {
    if (this.#isRunning) {
      this.#isWantedAgain = true;
      return;
    }
    this.#isRunning = true;
    this.#isWantedAgain = false;
    try {
      await this.#load();
    } catch {
      clearTimeout(this.#retry); // the browser's console has the reason
      this.#retry = setTimeout(() => this.run(), RETRY_MS);
    } finally {
      this.#isRunning = false;
    }
    this.#ended();
    if (this.#isWantedAgain) this.run();
  }
}
