/**
 * A field of several names: each becomes a chip by a comma, Enter, a choice from the suggestions, or when the field is
 * left; Backspace in the empty field takes the last one away. A name that nobody has says so at its chip.
 */
import { showAvatar } from '../lib/avatars.js';
import { text } from '../lib/sentences.js';
import { completeName, findPeople } from './completion.js';

const FOUND_FROM = 3; // characters from which everybody is searched
/** @type {Map<string, boolean>} by name whether somebody is called so, as the server has said */
const known = new Map();

/** Event: `change` (names came or went). */
export class NameChips extends EventTarget {
  #input;
  #blank;
  #chips;
  #list;
  #status;
  #texts;
  #signal;

  /**
   * @param {any} input what it holds becomes chips; their names are sent in its place
   * @param {any} list of suggestions
   * @param {any} blank of a chip, rendered by the server, with the sentences about names
   * @param {AbortSignal} signal
   */
  constructor(input, list, blank, signal) {
    super();
    this.#input = input;
    this.#blank = blank;
    this.#list = list;
    this.#texts = JSON.parse(blank.dataset.texts);
    this.#signal = signal;
    const box = document.createElement('div');
    box.className = 'name-box';
    this.#chips = document.createElement('ul');
    this.#status = document.createElement('span');
    this.#status.className = 'visually-hidden';
    this.#status.setAttribute('role', 'status');
    const hadFocus = document.activeElement === input;
    input.before(box);
    box.append(this.#chips, input, this.#status);
    if (hadFocus) input.focus();
    const take = () => this.take();
    completeName(input, list, signal, take, (name) => !this.#has(name));
    box.after(list.parentElement);
    box.addEventListener('pointerdown', (event) => {
      if (event.target !== box && event.target !== this.#chips) return;
      event.preventDefault();
      input.focus();
    });
    input.addEventListener('input', () => input.value.includes(',') && this.take(), { signal });
    input.addEventListener('keydown', (event) => this.#press(event), { signal });
    input.addEventListener('blur', take, { signal });
    input.form.addEventListener('formdata', ({ formData }) => {
      this.take();
      formData.set(input.name, this.names.join(', '));
    });
    if (hadFocus && input.value !== input.defaultValue) return; // the user types already
    this.take();
    this.#showRefusal();
  }

  get names() {
    return Array.from(this.#chips.children, ({ dataset }) => dataset.name);
  }

  /** What is in the field becomes chips. */
  take() {
    const typed = this.#input.value.split(',').map((each) => each.trim());
    this.#input.value = '';
    for (const name of typed) if (name && !this.#has(name)) this.#add(name);
  }

  /** What the server said of one of the names stands at its chip. */
  #showRefusal() {
    const error = this.#input.form.querySelector(`#${this.#input.id}-error`);
    const chip = error?.dataset.about && this.#find(error.dataset.about);
    if (!chip) return;
    chip.classList.add('wrong');
    error.classList.add('reason');
    chip.querySelector('.reason').replaceWith(error);
  }

  #refuse(name, reason) {
    const chip = this.#find(name);
    if (!chip) return;
    chip.classList.add('wrong');
    chip.querySelector('.reason').textContent = reason;
    this.#status.textContent = reason;
  }

  #has(name) {
    return Boolean(this.#find(name));
  }

  #find(name) {
    const wanted = name.toLowerCase();
    return /** @type {any} */ (
      Array.from(this.#chips.children).find(({ dataset }) => dataset.name.toLowerCase() === wanted)
    );
  }

  #add(name) {
    const { remove, added } = this.#texts;
    const chip = this.#blank.content.firstElementChild.cloneNode(true);
    const button = chip.querySelector('button');
    chip.dataset.name = name;
    chip.querySelector('bdi').textContent = name;
    showAvatar(chip.querySelector('.avatar'), name);
    button.title = text(remove, { name });
    button.querySelector('.visually-hidden').textContent = button.title;
    button.addEventListener('click', () => this.#remove(chip));
    this.#chips.append(chip);
    this.#status.textContent = text(added, { name });
    this.dispatchEvent(new Event('change'));
    this.#check(name);
  }

  #remove(chip) {
    chip.remove();
    if (!this.#chips.querySelector('.wrong')) this.#input.removeAttribute('aria-invalid');
    this.#status.textContent = text(this.#texts.removed, { name: chip.dataset.name });
    this.dispatchEvent(new Event('change'));
    this.#input.focus();
  }

  /** @param {any} event */
  #press(event) {
    if (event.isComposing || event.defaultPrevented) return;
    const last = this.#chips.lastElementChild;
    if (event.key === 'Enter' && this.#input.value.trim()) this.take();
    else if (event.key === 'Backspace' && !this.#input.value && last) this.#remove(last);
    else return;
    event.preventDefault();
  }

  /** Says so if nobody is called so, as far as it can be told. */
  async #check(name) {
    const key = keyOf(name);
    for (const { dataset } of this.#list.children) known.set(keyOf(dataset.name), true); // suggested
    if (!known.has(key) && Array.from(name).length >= FOUND_FROM) {
      const found = await findPeople(name, this.#signal);
      const keys = found?.map((person) => keyOf(person.name));
      if (keys) known.set(key, keys.includes(key));
    }
    if (known.get(key) === false) this.#refuse(name, text(this.#texts.nobody, { name }));
  }
}

/** Names that differ in this alone are the same. */
const keyOf = (name) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\u200c|\u200d|'|\u2019/g, '');
