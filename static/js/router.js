/**
 * Goes from one conversation to another within the page: fetches the pane that the server draws for an
 * address and puts it in place of the present one, so that the one socket stays. `arrive` tells it (`detail`:
 * the pane and its title), `fail` that the server could not be reached; every other trouble is the
 * server's to show, as for an ordinary link.
 */
const OURS = /^\/messages\/(chat\/\d+\/)?$/;
const NEW_MESSAGE = '#new-message';
const KEY = 'chatserver.reloaded';
const APART_MS = 10_000; // whatever goes wrong, no page reloads more often

export class Router extends EventTarget {
  #address = location.pathname + location.search;
  #loading = new AbortController();

  constructor() {
    super();
    document.addEventListener('click', (event) => this.#follow(event));
    addEventListener('popstate', () => this.#return());
  }

  /** @param {string|URL} address of a conversation, or of the list */
  async go(address) {
    const url = new URL(address, location.href);
    const pane = await this.#load(url);
    if (pane) this.#enter(pane, url.hash, (where) => history.pushState(null, '', where));
  }

  #follow(event) {
    const link = event.target.closest('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.origin !== location.origin || !OURS.test(link.pathname)) return;
    if (link.pathname === '/messages/' && link.search) return;
    const here = link.pathname + link.search === this.#address;
    if (here && link.hash) { focusOn(document.getElementById('main'), link.hash); return; } // the browser goes there
    event.preventDefault();
    this.go(link.href);
  }

  /** Back and forward; between the list and the form beside it nothing has to be loaded. */
  async #return() {
    if (location.pathname + location.search === this.#address) return;
    const pane = await this.#load(new URL(location.href));
    if (pane) this.#enter(pane, location.hash, () => {});
  }

  /** @returns {Promise<{main: HTMLElement, document: Document, url: URL}|undefined>} nothing when it was not to be */
  async #load(url) {
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      const response = await fetch(url, { headers: { 'Chat-Part': 'main' }, cache: 'no-store', signal });
      const at = new URL(response.url);
      if (!response.ok || !OURS.test(at.pathname)) { location.assign(url); return undefined; }
      const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
      return { main: fresh.getElementById('main'), document: fresh, url: at };
    } catch (error) {
      if (!signal.aborted) this.dispatchEvent(new CustomEvent('fail', { detail: error }));
      return undefined;
    }
  }

  #enter({ main, document: fresh, url }, hash, remember) {
    const pane = document.importNode(main, true);
    document.getElementById('main').replaceWith(pane);
    document.body.className = fresh.body.className;
    this.#address = url.pathname + url.search;
    remember(this.#address + hash);
    for (const next of document.querySelectorAll('.sidebar [name=next]')) next.value = pane.dataset.path;
    this.dispatchEvent(new CustomEvent('arrive', { detail: { pane, title: fresh.title } }));
    focusOn(pane, hash);
  }
}

/** Where one goes on: the text to write. Where that would bring up a keyboard over the page, the pane. */
function focusOn(pane, hash) {
  const field = pane.querySelector(hash === NEW_MESSAGE ? '[name=recipient_name]' : '#composer textarea');
  const wanted = field && (hash === NEW_MESSAGE || matchMedia('(pointer: fine)').matches) ? field : pane;
  wanted.focus({ preventScroll: hash !== NEW_MESSAGE });
}

/** Loads the page again: its own address, even when it is the answer to a form. */
export function reloadPage() {
  const wait = Math.max(0, lastReload() + APART_MS - Date.now());
  setTimeout(() => {
    remember();
    location.replace(document.getElementById('main').dataset.path ?? location.href);
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
    sessionStorage.setItem(KEY, Date.now());
  } catch { /* then each reload waits */ }
}
