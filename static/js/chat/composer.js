/**
 * The box where one writes. Events: `compose` (`detail` is the text) and `write` (something was typed).
 */
import { cleanText } from '../lib/texts.js';
import { labelEnter, sends } from './enter_key.js';
import { LengthCheck } from './length_check.js';

const REST_MS = 300; // after a pause in typing the draft is kept and the count is shown

export class Composer extends EventTarget {
  #form;
  #box;
  #length;
  #drafts;
  #thread;
  #restTimer = 0; // runs while the draft is behind the box
  #posting = false; // the form is on its way: what is in the box is no draft any more

  /**
   * @param {HTMLFormElement} form as the server drew it: what a refused form brought back stays in its box
   * @param {{tooLong: string, counter: string}} texts
   * @param {import('../net/drafts.js').Drafts} drafts
   * @param {number} thread
   * @param {AbortSignal} signal ends it; the draft is kept
   */
  constructor(form, texts, drafts, thread, signal) {
    super();
    this.#form = form;
    this.#box = form.elements.message;
    this.#length = new LengthCheck(form, texts);
    this.#drafts = drafts;
    this.#thread = thread;
    if (this.#box.value) drafts.put(thread, this.#box.value);
    else this.#box.value = drafts.get(thread);
    this.#box.addEventListener('keydown', (event) => this.#sendOnEnter(event), { signal });
    this.#box.addEventListener('input', () => this.#changed(), { signal });
    form.addEventListener('submit', (event) => this.#submit(event), { signal });
    addEventListener('pagehide', () => this.#keepDraft(), { signal });
    addEventListener('pageshow', (event) => this.#comeBack(event), { signal });
    signal.addEventListener('abort', () => this.#keepDraft());
    drafts.watch(thread, (draft) => this.#follow(draft), signal);
    labelEnter(this.#box, signal);
    this.#fit();
    this.#length.fits(this.#text);
    this.#length.count(this.#text);
  }

  /** When false, the form posts itself: the way without a live connection. */
  intercepts = true;

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  #sendOnEnter(event) {
    if (!sends(event)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    this.#fit();
    this.#length.fits(this.#text);
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), REST_MS);
    if (this.#text) this.dispatchEvent(new Event('write'));
  }

  #rest() {
    this.#keepDraft();
    this.#length.fits(this.#text, true);
    this.#length.count(this.#text);
  }

  #submit(event) {
    if (!this.#text || !this.#length.fits(this.#text, true)) {
      event.preventDefault();
      this.focus();
    } else if (!this.intercepts) {
      this.#posting = true;
      this.#putDraft('');
    } else {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent('compose', { detail: this.#text }));
      this.#empty();
    }
  }

  #empty() {
    this.#form.querySelectorAll('[role="alert"]').forEach((element) => {
      element.remove();
    });
    this.#box.removeAttribute('aria-invalid');
    this.#putDraft('');
    this.#fill('');
    this.focus();
  }

  /** Another tab wrote or sent; the tab one is writing in follows nobody. */
  #follow(draft) {
    if (!(document.hasFocus() && document.activeElement === this.#box)) this.#fill(draft);
  }

  /** Back from the browser's cache: events of other tabs were missed there, and a sent text is no draft. */
  #comeBack({ persisted }) {
    this.#posting = false;
    if (persisted) this.#fill(this.#drafts.get(this.#thread));
  }

  #fill(text) {
    this.#box.value = text;
    this.#fit();
    this.#length.fits(this.#text);
    this.#length.count(this.#text);
  }

  get #text() {
    return cleanText(this.#box.value);
  }

  /** Grows with the text, up to what the style sheet allows. */
  #fit() {
    this.#box.style.blockSize = 'auto';
    const borders = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.blockSize = `${this.#box.scrollHeight + borders}px`;
  }

  /** Only what was typed here since: another tab may have kept something newer. */
  #keepDraft() {
    if (this.#restTimer && !this.#posting) this.#putDraft(this.#box.value);
  }

  #putDraft(draft) {
    clearTimeout(this.#restTimer);
    this.#restTimer = 0;
    this.#drafts.put(this.#thread, draft);
  }
}
