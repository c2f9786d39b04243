const NEW_MESSAGE = '#new-message';

/** @type {() => any} the present pane */
export const main = () => document.getElementById('main');

/** Focuses the text box; or the pane, if that would open an on-screen keyboard. */
export function focusOn(pane) {
  const isNew = location.hash === NEW_MESSAGE;
  const field = pane.querySelector(isNew ? '[name=recipient_name]' : '#composer textarea');
  const wanted = field && (isNew || matchMedia('(pointer: fine)').matches) ? field : pane;
  wanted.focus({ preventScroll: !isNew });
}

/**
 * @param {Element|null} before what had the focus
 * @returns {any} what the person has focused since, outside the pane; null if nothing
 */
export function focusedSince(before) {
  const now = document.activeElement;
  return now === before || now === document.body || main().contains(now) ? null : now;
}
