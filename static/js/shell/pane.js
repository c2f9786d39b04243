const NEW_MESSAGE = '#new-message';

/** @type {() => any} the pane that stands in the page now */
export const main = () => document.getElementById('main');

/** Where one goes on: the text to write. Where that would bring up a keyboard over the page, the pane. */
export function focusOn(pane) {
  const isNew = location.hash === NEW_MESSAGE;
  const field = pane.querySelector(isNew ? '[name=recipient_name]' : '#composer textarea');
  const wanted = field && (isNew || matchMedia('(pointer: fine)').matches) ? field : pane;
  wanted.focus({ preventScroll: !isNew });
}
