/**
 * The box where one writes. Events: `compose` (`detail` is the text) and `write` (something was typed).
 */
import { text as format } from '../lib/sentences.js';
import { cleanText, countChars, isLonger } from '../lib/texts.js';

const REST_MS = 300; // the fingers rest: the draft is kept, the count is told
const COUNT_FROM = 0.9; // of the limit
const COMPOSING_KEY_CODE = 229; // Safari ends composing before it tells of the Enter that did it

// Under a thumb Enter makes a line, as everywhere. A mouse, and most often a keyboard with it, may come later.
const pointer = matchMedia('(any-pointer: fine)');

const numbers = new Intl.NumberFormat(document.documentElement.lang);

/** Whether a key in a box is the one that sends. @param {KeyboardEvent} event */
export function sends(event) {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (!pointer.matches && !event.ctrlKey && !event.metaKey) return false;
  return !event.isComposing && event.keyCode !== COMPOSING_KEY_CODE;
}

export class Composer extends EventTarget {
  #form;
  #box;
  #error;
  #counter;
  #limit; // code points
  #texts;
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
    this.#error = form.querySelector('#composer-error');
    this.#counter = form.querySelector('#composer-counter');
    this.#limit = Number(form.dataset.limit) || Infinity;
    this.#texts = texts;
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
    pointer.addEventListener('change', () => this.#labelEnter(), { signal });
    this.#labelEnter();
    this.#fit();
    this.#checkLength();
    this.#count();
  }

  /** When false, the form posts itself: the way without a live connection. */
  intercepts = true;

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** What a keyboard on the screen writes on its Enter. */
  #labelEnter() {
    this.#box.enterKeyHint = pointer.matches ? 'send' : 'enter';
  }

  #sendOnEnter(event) {
    if (!sends(event)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #changed() {
    this.#fit();
    this.#checkLength();
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), REST_MS);
    if (this.#text) this.dispatchEvent(new Event('write'));
  }

  #rest() {
    this.#keepDraft();
    this.#checkLength(true);
    this.#count();
  }

  #submit(event) {
    if (!this.#text || !this.#checkLength(true)) {
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

  /** Back from the browser's cache: other tabs were not heard there, and what was posted is no draft. */
  #comeBack({ persisted }) {
    this.#posting = false;
    if (persisted) this.#fill(this.#drafts.get(this.#thread));
  }

  #fill(text) {
    this.#box.value = text;
    this.#fit();
    this.#checkLength();
    this.#count();
  }

  get #text() {
    return cleanText(this.#box.value);
  }

  /** The number is told anew when the fingers rest, or every key would be read out. */
  #checkLength(anew = false) {
    const text = this.#text;
    const fits = !isLonger(text, this.#limit);
    const sentence = fits ? '' : this.#told(this.#texts.tooLong, countChars(text));
    if (anew || !sentence || !this.#error.textContent) this.#error.textContent = sentence;
    return fits;
  }

  /** Not at every key: a screen reader could not follow. Beyond the limit the error says it. */
  #count() {
    const text = this.#text;
    const count = text.length < this.#limit * COUNT_FROM ? 0 : countChars(text);
    const isNear = count >= this.#limit * COUNT_FROM && count <= this.#limit;
    this.#counter.textContent = isNear ? this.#told(this.#texts.counter, count) : '';
  }

  #told(sentence, count) {
    return format(sentence, { count: numbers.format(count), limit: numbers.format(this.#limit) });
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
