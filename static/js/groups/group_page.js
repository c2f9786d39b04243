/**
 * The page of a group, in a pane of its own or beside its chat: its forms are sent within the page, and it follows what
 * becomes of the group. Events: `drawn`, and `leave` when one takes part no more.
 */
import { loadStyles } from '../lib/styles.js';
import { Refresher } from '../list/refresher.js';
import { within } from '../net/patience.js';
import { NameChips } from './name_chips.js';
import { PeopleSearch } from './people_search.js';
import { keepingPlace } from './place.js';

const PATIENCE_MS = 15_000;

export class GroupPage extends EventTarget {
  #root;
  #address;
  #app;
  #signal;
  /** @type {any} */
  #chips = null;
  /** @type {any} */
  #search = null;
  #online;
  #drawn = new AbortController(); // ends what belongs to the page as it was drawn last
  #refresher = new Refresher(
    () => this.#load(),
    () => {},
  );

  /**
   * @param {HTMLElement} root what the server draws comes into it
   * @param {number} thread
   * @param {import('../app.js').App} app
   * @param {AbortSignal} signal when it is left
   * @param {number[]} [online] people who are
   */
  constructor(root, thread, app, signal, online = []) {
    super();
    this.#root = root;
    this.#address = `/messages/group/${thread}/`;
    this.#app = app;
    this.#signal = signal;
    this.#online = new Set(online);
    root.addEventListener('submit', (event) => this.#submit(event), { signal });
    root.addEventListener('keydown', (event) => this.#press(event), { signal });
    root.addEventListener('toggle', (event) => this.#unfold(event), { signal, capture: true });
    const { socket } = app;
    const follow = (type, handle) => {
      socket.addEventListener(type, ({ detail }) => detail.thread === thread && handle(), { signal });
    };
    follow('thread', () => this.refresh());
    follow('removed', () => this.dispatchEvent(new Event('leave')));
    socket.addEventListener('hello', () => this.refresh(), { signal });
    socket.addEventListener('presence', ({ detail }) => this.#setOnline(detail), { signal });
  }

  /** Reads it anew. */
  refresh() {
    return this.#refresher.run();
  }

  async #load() {
    if (this.#signal.aborted) return;
    const page = await this.#fetch(this.#address);
    if (page) this.draw(page);
  }

  /** @returns {Promise<any>} the main part of a page of the group; null if one may not see it; rejects if it fails */
  async #fetch(address, options = {}) {
    const response = await fetch(address, {
      headers: { 'Chat-Part': 'main' },
      cache: 'no-store',
      signal: within(PATIENCE_MS, this.#signal),
      ...options,
    });
    if (response.status >= 500) throw new Error(`the group answered ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    await loadStyles(fresh);
    const main = fresh.getElementById('main');
    return main?.dataset.group ? main : null;
  }

  /** @param {any} page the main part of it */
  draw(page) {
    const names = this.#chips?.names ?? [];
    keepingPlace(this.#root, () => {
      this.#root.replaceChildren(...Array.from(page.childNodes, (node) => document.importNode(node, true)));
      this.enliven(names);
    });
    this.#search.search(); // what is typed there stays
    this.dispatchEvent(new Event('drawn'));
  }

  /** @param {string[]} [names] that were to be added when it was drawn anew */
  enliven(names = []) {
    /** @type {(selector: string) => any} */
    const find = (selector) => this.#root.querySelector(selector);
    const field = find('#add');
    if (field && names.length) field.defaultValue = names.join(', ');
    this.#drawn.abort();
    this.#drawn = new AbortController();
    const { signal } = this.#drawn;
    this.#chips = field && new NameChips(field, find('#people'), find('#blank-name'), signal);
    this.#search = new PeopleSearch(this.#root, (address) => this.#fetch(address).catch(() => null));
    this.#showOnline();
  }

  async #submit(event) {
    const { target: form, submitter } = event;
    event.preventDefault();
    if (this.#root.ariaBusy === 'true') return;
    this.#root.ariaBusy = 'true';
    try {
      const body = new URLSearchParams(/** @type {any} */ (new FormData(form, submitter)));
      const signal = within(PATIENCE_MS); // who leaves gets `removed` first, and this page ends
      const page = await this.#fetch(this.#address, { method: 'POST', body, signal });
      if (!page) {
        this.#app.router.go('/messages/'); // one has left
        return;
      }
      form.closest('details')?.removeAttribute('open');
      form.reset();
      this.#chips = null;
      this.draw(page);
    } catch {
      if (!this.#signal.aborted) this.#app.status.say(this.#app.texts.cannotSend);
    } finally {
      this.#root.ariaBusy = null;
    }
  }

  /** Escape folds a question. */
  #press(event) {
    const open = event.key === 'Escape' && event.target.closest('details[open]');
    if (!open) return;
    event.stopImmediatePropagation();
    open.removeAttribute('open');
    open.querySelector('summary').focus();
  }

  /** One question at a time. */
  #unfold({ target }) {
    if (!target.open) return;
    for (const other of this.#root.querySelectorAll('details[open]')) {
      if (!other.contains(target) && !target.contains(other)) other.removeAttribute('open');
    }
  }

  #setOnline({ user, online }) {
    if (online) this.#online.add(user);
    else this.#online.delete(user);
    this.#showOnline();
  }

  #showOnline() {
    for (const row of this.#root.querySelectorAll('#group-people > li')) {
      const isOnline = this.#online.has(Number(row.dataset.user));
      row.classList.toggle('online', isOnline);
      row.querySelector('.presence').textContent = isOnline ? this.#app.texts.online : '';
    }
  }
}

/**
 * The page in a pane of its own.
 * @param {HTMLElement} pane
 * @param {import('../app.js').App} app
 * @param {AbortSignal} signal when the pane is left
 */
export function openGroup(pane, app, signal) {
  const thread = Number(pane.dataset.group);
  const page = new GroupPage(pane, thread, app, signal);
  page.enliven();
  page.addEventListener('leave', () => app.router.go('/messages/'));
  hearWhoIsOnline(thread, app.socket, signal);
}

/** Presence is told of threads that are open; how far it is known, the list knows. */
function hearWhoIsOnline(thread, socket, signal) {
  const open = () => {
    /** @type {any} */
    const row = document.querySelector(`#conversations [data-thread="${thread}"]`);
    if (row) socket.send({ type: 'open', thread, after: Number(row.dataset.total) });
  };
  socket.addEventListener('hello', open, { signal });
  signal.addEventListener('abort', () => socket.send({ type: 'close', thread }));
  if (socket.live) open();
}
