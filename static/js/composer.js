/**
 * The box where one writes. Events: `compose` (`detail` is the text) and `write` (something was typed).
 */
import { text as format } from './texts.js';

const DRAFT_PAUSE_MS = 300;
const COMPOSING_KEY_CODE = 229; // Safari ends composing before it tells of the Enter that did it

export class Composer extends EventTarget {
  #form;
  #box;
  #error;
  #limit; // code points
  #tooLong;
  #draftKey;
  #draftTimer = 0;
  #posting = false; // the form is on its way: what is in the box is no draft any more

  /**
   * @param {HTMLFormElement} form
   * @param {{tooLong: string}} texts
   * @param {string} draftKey where the draft is kept, per account and thread
   */
  constructor(form, texts, draftKey) {
    super();
    this.#form = form;
    this.#box = form.elements.message;
    this.#error = form.querySelector('#composer-error');
    this.#limit = Number(form.dataset.limit) || Infinity;
    this.#tooLong = texts.tooLong;
    this.#draftKey = draftKey;
    if (!this.#box.value) this.#box.value = this.#draft ?? '';
    this.#box.addEventListener('keydown', (event) => this.#sendOnEnter(event));
    this.#box.addEventListener('input', () => this.#changed());
    form.addEventListener('submit', (event) => this.#submit(event));
    addEventListener('pagehide', () => { if (!this.#posting) this.#saveDraft(); });
    addEventListener('pageshow', () => { this.#posting = false; });
    this.#fit();
    this.#checkLength();
  }

  /** When false, the form posts itself: the way without a live connection. */
  intercepts = true;

  focus() { this.#box.focus({ preventScroll: true }); }

  #sendOnEnter(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.altKey) return;
    if (event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    this.#fit();
    this.#checkLength();
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#saveDraft(), DRAFT_PAUSE_MS);
    if (this.#text) this.dispatchEvent(new Event('write'));
  }

  #submit(event) {
    if (!this.#text || !this.#checkLength()) {
      event.preventDefault();
      this.focus();
    } else if (!this.intercepts) {
      this.#posting = true;
      this.#saveDraft('');
    } else {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('compose', { detail: this.#text }));
      this.#empty();
    }
  }

  #empty() {
    this.#box.value = '';
    this.#form.querySelectorAll('[role="alert"]').forEach((element) => element.remove());
    this.#box.removeAttribute('aria-invalid');
    this.#saveDraft();
    this.#fit();
    this.focus();
  }

  get #text() { return this.#box.value.replace(/\r\n?/g, '\n').trim(); }

  #checkLength() {
    const text = this.#text;
    const count = text.length > this.#limit ? Array.from(text).length : 0;
    const fits = count <= this.#limit;
    const sentence = fits ? '' : format(this.#tooLong, { count, limit: this.#limit });
    if (this.#error.textContent !== sentence) this.#error.textContent = sentence;
    return fits;
  }

  /** Grows with the text, up to what the style sheet allows. */
  #fit() {
    this.#box.style.blockSize = 'auto';
    const borders = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.blockSize = `${this.#box.scrollHeight + borders}px`;
  }

  get #draft() {
    try {
      return sessionStorage.getItem(this.#draftKey);
    } catch {
      return null;
    }
  }

  #saveDraft(draft = this.#box.value) {
    clearTimeout(this.#draftTimer);
    try {
      if (draft) sessionStorage.setItem(this.#draftKey, draft);
      else sessionStorage.removeItem(this.#draftKey);
    } catch { /* the draft lives as long as the page */ }
  }
}
