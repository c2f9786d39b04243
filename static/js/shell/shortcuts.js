/**
 * Keyboard shortcuts. Events: `previous` and `next` (Alt with an arrow: the conversation above and below),
 * `new` (Alt+N) and `search` (Ctrl+K, and `/` alone). `?` shows the list of them.
 *
 * Characters are known by `key`, which is what the person's layout writes, `?` wherever it stands. Letters
 * are known by `code` where the layout writes none of A to Z there: Cyrillic's "т", a Mac's Option+N.
 */
const SINGLE_KEYS = 'chatserver.single-keys';
const FIELDS = 'input, textarea, select, [contenteditable]';
const OPTION_WRITES = /Mac|iP/.test(navigator.platform); // Option+N is the way to "ñ" and "ń" there

export class Shortcuts extends EventTarget {
  #dialog;
  #singleKeys = singleKeys();

  /**
   * @param {HTMLDialogElement} dialog the list, with a checkbox `#single-keys`: a key alone can be turned off,
   *   since users of speech input may press it by accident (WCAG 2.1.4)
   * @param {AbortSignal} [signal]
   */
  constructor(dialog, signal) {
    super();
    this.#dialog = dialog;
    document.addEventListener('keydown', (event) => this.#press(event), { signal });
    addEventListener(
      'storage',
      ({ key }) => {
        if (key === SINGLE_KEYS) this.#singleKeys = singleKeys();
      },
      { signal },
    );
    /** @type {any} */
    const box = dialog.querySelector('#single-keys');
    box.addEventListener(
      'change',
      () => {
        this.#singleKeys = box.checked;
        remember(box.checked);
      },
      { signal },
    );
  }

  show() {
    this.#dialog.querySelector('#single-keys').checked = this.#singleKeys;
    this.#dialog.showModal();
  }

  /** Handles a key press. */
  #press(event) {
    if (this.#dialog.open || event.defaultPrevented || event.isComposing || event.repeat) return;
    const action = this.#action(event);
    if (!action) return;
    event.preventDefault();
    if (action === 'show') this.show();
    else this.dispatchEvent(new Event(action));
  }

  #action(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand) return letter(event) === 'k' && !event.altKey && !event.shiftKey ? 'search' : null;
    const isInField = event.target.closest(FIELDS) !== null;
    if (event.key === '?' && !event.altKey) return this.#singleKeys && !isInField ? 'show' : null;
    if (event.key === '/' && !event.altKey) return this.#singleKeys && !isInField ? 'search' : null;
    if (!event.altKey || event.shiftKey) return null;
    if (event.key === 'ArrowUp') return 'previous';
    if (event.key === 'ArrowDown') return 'next';
    return letter(event) === 'n' && !(OPTION_WRITES && isInField) ? 'new' : null;
  }
}

/** The letter of a key, whatever the layout writes. @param {KeyboardEvent} event */
export function letter({ key, code }) {
  return (/^[a-z]$/i.test(key) ? key : code.replace('Key', '')).toLowerCase();
}

/** Whether single keys are on. */
export function singleKeys() {
  try {
    return localStorage.getItem(SINGLE_KEYS) !== 'off';
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(SINGLE_KEYS, on ? 'on' : 'off');
  } catch {
    /* as long as the page lives */
  }
}
