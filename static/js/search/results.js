import { page } from '../lib/page_data.js';
import { localiseTimes } from '../lib/time.js';
import { within } from '../net/patience.js';

const REST_MS = 150; // after the last key
const PATIENCE_MS = 10_000;
const RETRY_MS = 3000; // while the server is away

/**
 * Shows what the server draws for the field's text below it, in place of the conversations. The latest answer wins;
 * without one it says so and asks again.
 * Arrows lead from the field through the links and back; Enter opens one, in the field the first.
 */
export class Results {
  #form;
  #box;
  #timer = 0;
  #asking = new AbortController();
  #shown = ''; // the address of what is shown

  /** @param {any} form @param {any} box for the results; its first child tells screen readers how many there are */
  constructor(form, box) {
    this.#form = form;
    this.#box = box;
    form.addEventListener('input', () => this.#rest());
    form.addEventListener('submit', (event) => this.#submit(event));
    form.addEventListener('keydown', (event) => this.#press(event));
    box.addEventListener('keydown', (event) => this.#press(event));
    box.addEventListener('click', (event) => this.#click(event));
    if (this.#text) this.#ask(); // one was quicker than this script
  }

  /** The links to messages, newest first. @returns {any[]} */
  get messages() {
    return [...this.#box.querySelectorAll('.search-result a')];
  }

  /** What the server drew around the results. @returns {any} */
  get drawn() {
    return this.#box.querySelector('.search-results');
  }

  /** Adds older results; true if there were any. */
  async more() {
    const link = this.#box.querySelector('.more a');
    if (!link) return false;
    const before = this.messages.length;
    const fresh = await this.#load(link.href);
    if (!fresh) return false;
    link.closest('.more').remove();
    this.drawn.append(...fresh.children);
    return this.messages.length > before;
  }

  get #text() {
    return this.#form.elements.q.value.trim();
  }

  #rest() {
    clearTimeout(this.#timer);
    if (this.#text) this.#timer = setTimeout(() => this.#ask(), REST_MS);
    else this.#clear();
  }

  #clear() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#shown = '';
    this.#box.hidden = true;
    this.drawn?.remove();
  }

  async #ask() {
    clearTimeout(this.#timer);
    const query = new URLSearchParams({ q: this.#text });
    if (this.#form.elements.thread.value) query.set('thread', this.#form.elements.thread.value);
    const address = `/messages/search/?${query}`;
    if (address === this.#shown) return;
    const fresh = await this.#load(address);
    if (fresh === undefined) return;
    if (fresh) this.#show(fresh, address);
    else this.#apologize();
  }

  #show(fresh, address) {
    this.#shown = address;
    this.drawn?.remove();
    this.#box.append(fresh);
    this.#box.hidden = false;
    this.#box.scrollTop = 0;
    this.#box.firstElementChild.textContent = fresh.dataset.said ?? '';
  }

  /** Says in place of older results that the server gave none, and asks it again. */
  #apologize() {
    this.#timer = setTimeout(() => this.#ask(), RETRY_MS);
    const said = page.texts.cannotSearch;
    if (this.drawn?.dataset.said === said) return;
    const sentence = document.createElement('p');
    sentence.className = 'search-nothing';
    sentence.textContent = said;
    const nothing = document.createElement('div');
    nothing.className = 'search-results';
    nothing.dataset.said = said;
    nothing.append(sentence);
    this.#show(nothing, '');
  }

  /** @returns {Promise<any>} null if the server is away, undefined if a later question overtook it */
  async #load(address) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const headers = { 'Chat-Part': 'main' };
      const response = await fetch(address, { headers, signal: within(PATIENCE_MS, signal) });
      const answer = new DOMParser().parseFromString(await response.text(), 'text/html');
      if (signal.aborted) return undefined;
      const drawn = answer.querySelector('.search-results');
      if (!drawn) return response.ok ? undefined : null; // undefined: signed out
      const fresh = document.importNode(drawn, true);
      localiseTimes(fresh);
      return fresh;
    } catch {
      return signal.aborted ? undefined : null;
    }
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#text) await this.#ask();
    this.#links[0]?.click();
  }

  #click(event) {
    const link = event.target.closest('a');
    if (link?.closest('.more')) {
      event.preventDefault();
      this.more().then(() => this.messages.find((each) => each === document.activeElement) ?? this.#form.q.focus());
    } else if (link?.matches('.search-wider')) {
      event.preventDefault();
      this.#form.elements.thread.value = '';
      this.#form.elements.q.placeholder = this.#form.elements.q.dataset.everywhere;
      this.#ask();
      this.#form.elements.q.focus();
    }
  }

  #press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.altKey || event.isComposing) return;
    if (event.key === 'Escape') {
      this.#form.elements.q.value = '';
      this.#form.elements.thread.value = '';
      this.#form.elements.q.placeholder = this.#form.elements.q.dataset.everywhere;
      this.#clear();
      this.#form.elements.q.focus();
    } else if (step && this.#links.length) {
      const stops = [this.#form.elements.q, ...this.#links];
      const at = stops.indexOf(document.activeElement);
      stops[(at + step + stops.length) % stops.length].focus();
    } else return;
    event.preventDefault();
  }

  get #links() {
    return [...this.#box.querySelectorAll('a:not(.search-wider)')];
  }
}
