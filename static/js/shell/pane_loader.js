import { loadStyles } from '../lib/styles.js';
import { within } from '../net/patience.js';
import { main } from './pane.js';

const PATIENCE_MS = 15_000;
const HAS_PANE = /^\/messages\/((chat|group)\/\d+\/)?$/;

/** @param {string} path @returns {boolean} whether the page at a path has a pane that can replace another */
export const hasPane = (path) => HAS_PANE.test(path);

/** Fetches the pane that the server renders for an address. A later address cancels an earlier request. */
export class PaneLoader {
  #loading = new AbortController();
  #isOutdated = false;
  #failed;

  /** @param {(error: any) => void} failed called when the server could not be reached */
  constructor(failed) {
    this.#failed = failed;
  }

  /** Something was stored: a pane that is being loaded may be older, and is loaded again. */
  outdate() {
    this.#isOutdated = true;
  }

  /** @returns {Promise<{drawn: any, document: Document, url: URL}|undefined>} nothing if it failed or was cancelled */
  async load(url) {
    this.#loading.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#isOutdated = false;
    const present = main();
    const signal = within(PATIENCE_MS, loading.signal);
    present.setAttribute('aria-busy', 'true');
    let response;
    let html;
    try {
      response = await fetch(url, { headers: { 'Chat-Part': 'main' }, cache: 'no-store', signal });
      html = await response.text();
    } catch (error) {
      // of the network alone
      if (!loading.signal.aborted) this.#failed(error);
      return undefined;
    } finally {
      if (!loading.signal.aborted) present.removeAttribute('aria-busy');
    }
    const at = new URL(response.url);
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    if (!response.ok || !hasPane(at.pathname) || versionOf(fresh) !== versionOf(document)) {
      location.assign(url);
      return undefined;
    }
    await loadStyles(fresh);
    if (loading.signal.aborted) return undefined;
    if (this.#isOutdated) return this.load(url);
    return { drawn: fresh.getElementById('main'), document: fresh, url: at };
  }
}

/** The style sheet's address holds a hash of all static files: after an update the whole page is loaded. */
const versionOf = (page) => page.querySelector('link[rel=stylesheet]').getAttribute('href');
