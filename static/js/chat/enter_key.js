/** The Enter key in a box for messages: it sends, or writes a line. */

const COMPOSING_KEY_CODE = 229; // Safari ends composing before it reports the Enter that did it

// Under a thumb Enter makes a line, as everywhere. A mouse, and most often a keyboard with it, may come later.
const pointer = matchMedia('(any-pointer: fine)');

/** Whether a key in a box is the one that sends. @param {KeyboardEvent} event */
export function sends(event) {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (!pointer.matches && !event.ctrlKey && !event.metaKey) return false;
  return !event.isComposing && event.keyCode !== COMPOSING_KEY_CODE;
}

/** Names the key on a keyboard that is drawn on the screen. @param {HTMLElement} box @param {AbortSignal} signal */
export function labelEnter(box, signal) {
  const label = () => {
    box.enterKeyHint = pointer.matches ? 'send' : 'enter';
  };
  pointer.addEventListener('change', label, { signal });
  label();
}
