/**
 * Goes from one conversation to another within the page: fetches the pane that the server draws for an
 * address and puts it in place of the present one, so that the one socket stays. `arrive` tells it (`detail`:
 * the pane and its title), `fail` that the server could not be reached; every other trouble is the
 * server's to show, as for an ordinary link.
 */
import { within } from '../net/patience.js';

const OURS = /^\/messages\/(chat\/\d+\/)?$/;
const NEW_MESSAGE = '#new-message';
const PATIENCE_MS = 15_000;
const KEY = 'chatserver.reloaded';
const APART_MS = 10_000; // whatever goes wrong, no page reloads more often

export class Router extends EventTarget {
  #address = location.pathname + location.search;
  #loading = new AbortController();

  constructor() {
    super();
    document.addEventListener('click', (event) => this.#follow(event));
    addEventListener('popstate', () => this.#return());
    addEventListener('hashchange', () => focusOn(main()));
  }

  /** @param {string|URL} address of a conversation, or of the list @returns {Promise<boolean>} whether one is there */
  async go(address) {
    const url = new URL(address, location.href);
    return this.#orByTheBrowser(url, async () => {
      const pane = await this.#load(url);
      if (pane) this.#enter(pane, url.hash, true);
      return Boolean(pane);
    });
  }

  /** Whatever breaks here, in a browser that lacks something, say: the browser itself still goes there. */
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
    if (link.target || link.origin !== location.origin || !OURS.test(link.pathname)) return;
    if (link.pathname === '/messages/' && link.search) return;
    if (link.hash && link.pathname + link.search === this.#address) {
      if (link.hash === location.hash) focusOn(main());
      return; // the browser goes there
    }
    event.preventDefault();
    this.go(link.href);
  }

  /** Back and forward; between the list and the form beside it nothing has to be loaded. */
  async #return() {
    if (location.pathname + location.search === this.#address) return;
    const url = new URL(location.href);
    await this.#orByTheBrowser(url, async () => {
      const pane = await this.#load(url);
      if (pane) this.#enter(pane, location.hash, false);
      else history.replaceState(null, '', this.#address); // what is shown is what the address says
    });
  }

  /** @returns {Promise<{drawn: any, document: Document, url: URL}|undefined>} nothing when it was not to be */
  async #load(url) {
    this.#loading.abort();
    const loading = new AbortController();
    this.#loading = loading;
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
      if (!loading.signal.aborted) this.dispatchEvent(new CustomEvent('fail', { detail: error }));
      return undefined;
    } finally {
      if (!loading.signal.aborted) present.removeAttribute('aria-busy');
    }
    const at = new URL(response.url);
    const fresh = new DOMParser().parseFromString(html, 'text/html');
    if (!response.ok || !OURS.test(at.pathname) || versionOf(fresh) !== versionOf(document)) {
      location.assign(url);
      return undefined;
    }
    return { drawn: fresh.getElementById('main'), document: fresh, url: at };
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
    focusOn(pane);
  }
}

/** @type {() => any} the pane that stands there now */
const main = () => document.getElementById('main');

/** The style sheet's address holds a hash of all static files: after an update everything is loaded anew. */
const versionOf = (page) => page.querySelector('link[rel=stylesheet]').getAttribute('href');

/** Where one goes on: the text to write. Where that would bring up a keyboard over the page, the pane. */
function focusOn(pane) {
  const isNew = location.hash === NEW_MESSAGE;
  const field = pane.querySelector(isNew ? '[name=recipient_name]' : '#composer textarea');
  const wanted = field && (isNew || matchMedia('(pointer: fine)').matches) ? field : pane;
  wanted.focus({ preventScroll: !isNew });
}

/** Loads the page again: its own address, even when it is the answer to a form. */
export function reloadPage() {
  const wait = Math.max(0, lastReload() + APART_MS - Date.now());
  setTimeout(() => {
    remember();
    location.replace(main().dataset.path ?? location.href);
  }, wait);
}

function lastReload() {
  try {
    return Number(sessionStorage.getItem(KEY));
  } catch {
    return Date.now();
  }
}

function remember() {
  try {
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    /* then each reload waits */
  }
}
