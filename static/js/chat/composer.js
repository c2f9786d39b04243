/**
 * The box where the user writes. Events: `compose` (`detail` is the text) and `write` (something was typed). While a
 * message is edited in it: `save` and `rest` (`detail` is the text), and `leave` (Escape), which is prevented if there
 * was something to leave. `recall`: the arrow up in an empty box.
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
  #restTimer = 0; // runs while the stored draft is older than the box
  #isEditing = false; // the box has the text of a sent message, not a draft
  #editMayBeEmpty = false; // that message has files
  #button;
  #texts;

  /** Whether files go with the text, which may then be empty. */
  hasFiles = false;

  /**
   * @param {HTMLFormElement} form as the server rendered it: the text of a refused form stays in its box
   * @param {{tooLong: string, counter: string, send?: string, save?: string, emptyEdit?: string}} texts
   * @param {import('../net/drafts.js').Drafts} drafts
   * @param {number} thread
   * @param {AbortSignal} signal ends it; the draft is kept
   */
  constructor(form, texts, drafts, thread, signal) {
    super();
    this.#form = form;
    this.#box = form.elements.message;
    this.#button = form.querySelector('.send');
    this.#texts = texts;
    this.#length = new LengthCheck(form, texts);
    this.#drafts = drafts;
    this.#thread = thread;
    if (this.#box.value) drafts.put(thread, this.#box.value);
    else this.#box.value = drafts.get(thread);
    this.#box.addEventListener('keydown', (event) => this.#press(event), { signal });
    this.#box.addEventListener('input', () => this.#changed(), { signal });
    form.addEventListener('submit', (event) => this.#submit(event), { signal });
    addEventListener('pagehide', () => this.#keepDraft(), { signal });
    addEventListener('pageshow', (event) => this.#comeBack(event), { signal });
    signal.addEventListener('abort', () => this.#keepDraft());
    drafts.watch(thread, (draft) => this.#follow(draft), signal);
    labelEnter(this.#box, signal);
    this.#label(this.#texts.send);
    this.#fit();
    this.#length.fits(this.text);
    this.#length.count(this.text);
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  /** @param {string} text of a message that is edited now @param {boolean} [mayBeEmpty] whether it has files */
  edit(text, mayBeEmpty = false) {
    this.#keepDraft();
    this.#isEditing = true;
    this.#editMayBeEmpty = mayBeEmpty;
    this.#form.classList.add('editing');
    this.#fill(text);
    this.#label(this.#texts.save);
    this.#focusAtEnd();
  }

  /** Restores the earlier draft. */
  endEdit() {
    clearTimeout(this.#restTimer);
    this.#restTimer = 0;
    this.#isEditing = false;
    this.#form.classList.remove('editing');
    this.#fill(this.#drafts.get(this.#thread));
    this.#label(this.#texts.send);
    this.#focusAtEnd();
  }

  /** Nothing can be sent any more; what was typed can be copied. */
  close() {
    this.#form.querySelector('.send').disabled = true;
    this.#box.readOnly = true;
    this.#form.hidden = !this.text;
  }

  /** Adds a text that can no longer be saved to the draft, so that it is not lost. @param {string} text */
  offer(text) {
    this.#fill([this.text, text].filter(Boolean).join('\n'));
    this.#putDraft(this.#box.value);
  }

  #label(label) {
    this.#button.title = label;
    this.#button.querySelector('.visually-hidden').textContent = label;
  }

  #focusAtEnd() {
    this.focus();
    this.#box.setSelectionRange(this.#box.value.length, this.#box.value.length);
  }

  #press(event) {
    if (sends(event)) {
      event.preventDefault();
      this.#form.requestSubmit();
    } else if (event.key === 'Escape' && !event.isComposing) {
      if (this.dispatchEvent(new Event('leave', { cancelable: true }))) return;
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'ArrowUp' && !this.#box.value && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      this.dispatchEvent(new Event('recall'));
    }
  }

  #changed() {
    this.#fit();
    this.#length.fits(this.text);
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => this.#rest(), REST_MS);
    if (this.text && !this.#isEditing) this.dispatchEvent(new Event('write'));
  }

  #rest() {
    this.#keepDraft();
    this.#length.fits(this.text, true);
    this.#length.count(this.text);
  }

  #submit(event) {
    event.preventDefault();
    const isMissing = !this.text && !(this.#isEditing ? this.#editMayBeEmpty : this.hasFiles);
    if (isMissing || !this.#length.fits(this.text, true)) {
      if (isMissing && this.#isEditing) this.#length.say(this.#texts.emptyEdit);
      this.focus();
    } else if (this.#isEditing) {
      this.dispatchEvent(new CustomEvent('save', { detail: this.text }));
    } else {
      this.dispatchEvent(new CustomEvent('compose', { detail: this.text }));
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

  /** Follows another tab that wrote or sent, unless the user is writing in this one. */
  #follow(draft) {
    const isWriting = document.hasFocus() && document.activeElement === this.#box;
    if (!isWriting && !this.#isEditing) this.#fill(draft);
  }

  /** Handles a return from the back/forward cache: events of other tabs were missed, and a sent text is not a draft. */
  #comeBack({ persisted }) {
    if (persisted && !this.#isEditing) this.#fill(this.#drafts.get(this.#thread));
  }

  #fill(text) {
    this.#box.value = text;
    this.#fit();
    this.#length.fits(this.text);
    this.#length.count(this.text);
  }

  /** The text as it would be sent. */
  get text() {
    return cleanText(this.#box.value);
  }

  /** Grows with the text, up to what the style sheet allows. */
  #fit() {
    this.#box.style.blockSize = 'auto';
    const borders = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.blockSize = `${this.#box.scrollHeight + borders}px`;
  }

  /** Stores only text that was typed here since: another tab may have stored something newer. */
  #keepDraft() {
    if (!this.#restTimer) return;
    if (this.#isEditing) this.dispatchEvent(new CustomEvent('rest', { detail: this.#box.value }));
    else this.#putDraft(this.#box.value);
  }

  #putDraft(draft) {
    clearTimeout(this.#restTimer);
    this.#restTimer = 0;
    this.#drafts.put(this.#thread, draft);
  }
}
