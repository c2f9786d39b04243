/** The Enter key in a box for messages: it sends, or breaks the line. */

const COMPOSING_KEY_CODE = 229; // Safari ends composing before it reports the Enter that did it

// On touch screens Enter breaks the line, as usual. A mouse, usually with a keyboard, may be connected later.
const pointer = matchMedia('(any-pointer: fine)');

/** Whether a key press sends the message. @param {KeyboardEvent} event */
export function sends(event) {
  if (event.key !== 'Enter' || event.shiftKey || event.altKey) return false;
  if (!pointer.matches && !event.ctrlKey && !event.metaKey) return false;
  return !event.isComposing && event.keyCode !== COMPOSING_KEY_CODE;
}

/** Labels the Enter key of an on-screen keyboard. @param {HTMLElement} box @param {AbortSignal} signal */
export function labelEnter(box, signal) {
  const label = () => {
    box.enterKeyHint = pointer.matches ? 'send' : 'enter';
  };
  pointer.addEventListener('change', label, { signal });
  label();
}
