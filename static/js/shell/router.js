/**
 * Goes from one conversation to another within the page: fetches the pane that the server draws for an
 * address and puts it in place of the present one, so that the one socket stays. Events: `arrive` (`detail`:
 * the pane and its title) and `fail`, when the server could not be reached; the server shows every other
 * problem, as for an ordinary link.
 */
import { focusedSince, focusOn, main } from './pane.js';
import { hasPane, PaneLoader } from './pane_loader.js';

export class Router extends EventTarget {
  #address = location.pathname + location.search;
  #loader = new PaneLoader((error) => this.dispatchEvent(new CustomEvent('fail', { detail: error })));

  constructor() {
    super();
    document.addEventListener('click', (event) => this.#follow(event));
    addEventListener('popstate', () => this.#return());
    addEventListener('hashchange', () => focusOn(main()));
  }

  /** @param {string|URL} address of a conversation, or of the list @returns {Promise<boolean>} whether one is there */
  async go(address) {
    const url = new URL(address, location.href);
    return this.#orByTheBrowser(url, () => this.#open(url, true));
  }

  /** Something was stored that a pane under way may not show. */
  outdate() {
    this.#loader.outdate();
  }

  /** If something fails here, for example in an old browser, the browser itself still follows the link. */
  async #orByTheBrowser(url, work) {
    try {
      return await work();
    } catch (error) {
      reportError(error);
      location.assign(url);
      return false;
    }
  }

  #follow(event) {
    const link = event.target.closest('a[href]');
    if (
      !link ||
      event.defaultPrevented ||
      event.button ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    if (link.target || link.origin !== location.origin || !hasPane(link.pathname)) return;
    if (link.pathname === '/messages/' && link.search) return;
    if (link.hash && link.pathname + link.search === this.#address) {
      if (link.hash === location.hash) focusOn(main());
      return; // the browser follows the link
    }
    event.preventDefault();
    this.go(link.href);
  }

  /** Back and forward; between the list and the form beside it nothing has to be loaded. */
  async #return() {
    if (location.pathname + location.search === this.#address) return;
    const url = new URL(location.href);
    await this.#orByTheBrowser(url, async () => {
      if (!(await this.#open(url, false))) history.replaceState(null, '', this.#address); // that of the shown pane
    });
  }

  /** The focus goes to the pane, unless the person has moved it elsewhere meanwhile. */
  async #open(url, remember) {
    const before = document.activeElement;
    const pane = await this.#loader.load(url);
    if (!pane) return false;
    const chosen = focusedSince(before);
    this.#enter(pane, url.hash, remember);
    if (chosen) chosen.focus({ preventScroll: true });
    else focusOn(main());
    return true;
  }

  #enter({ drawn, document: fresh, url }, hash, remember) {
    const pane = document.importNode(drawn, true);
    main().replaceWith(pane);
    document.body.className = fresh.body.className;
    const address = pane.dataset.path ?? url.pathname + url.search; // the end of a chat is its plain address
    if (!remember || address === this.#address) history.replaceState(null, '', address + location.hash);
    else history.pushState(null, '', address);
    this.#address = address;
    if (remember && hash) location.hash = hash; // unlike a state that is pushed, it has a target
    for (const next of document.querySelectorAll('.sidebar [name=next]')) next.setAttribute('value', pane.dataset.path);
    this.dispatchEvent(new CustomEvent('arrive', { detail: { pane, title: fresh.title } }));
  }
}
