const NEAR = '800px'; // the page is loaded when its link is this far from being in view

/** A link to an earlier or later page of the history; the page is loaded here as the link comes near or is pressed. */
export class PageLink {
  #link;
  #load;
  #observer;
  #isLoading = false;
  #hasFailed = false;

  /**
   * @param {HTMLElement} link which also works without scripts
   * @param {HTMLElement} log scrolls
   * @param {() => Promise<boolean|undefined>} load whether there is more in this direction; nothing if it failed
   * @param {AbortSignal} signal
   */
  constructor(link, log, load, signal) {
    this.#link = link;
    this.#load = load;
    const turnIfSeen = (entries) => {
      if (entries.at(-1)?.isIntersecting) this.#turn();
    };
    this.#observer = new IntersectionObserver(turnIfSeen, { root: log, rootMargin: `${NEAR} 0px` });
    link.addEventListener('click', (event) => {
      event.preventDefault();
      this.#turn();
    });
    this.show(!link.hidden);
    signal.addEventListener('abort', () => this.#observer.disconnect());
  }

  /** @param {boolean} there whether there is more in this direction */
  show(there) {
    this.#link.hidden = !there;
    this.#observer.unobserve(this.#link);
    if (there) this.#observer.observe(this.#link); // it may be in view at once
  }

  /** Loads the page that failed, now that the connection is back. */
  tryAgain() {
    if (this.#hasFailed) this.#turn();
  }

  async #turn() {
    if (this.#isLoading || this.#link.hidden) return;
    this.#isLoading = true;
    const more = await this.#load();
    this.#isLoading = false;
    this.#hasFailed = more === undefined; // the link is still there to be pressed
    if (more !== undefined) this.show(more);
  }
}
